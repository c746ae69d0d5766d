import { galleryStrings, type GalleryStrings } from '@groundglass/viewer/gallery-rows';
import * as vscode from 'vscode';

/** The gallery's texts in the editor's language, from `l10n/`. */
export function localGalleryStrings(): GalleryStrings {
  return Object.fromEntries(
    Object.entries(galleryStrings).map(([key, text]) => [key, vscode.l10n.t(text)]),
  ) as GalleryStrings;
}
