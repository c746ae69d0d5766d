/** For the extensions of CT images; and for pictures, which open as CT on request. */
export const ctViewType = 'groundglass.ctPreview';
export const pictureViewType = 'groundglass.ctPreviewOptional';

/** The kind of editor for a file: the one that claims its extension, so that VS Code lists the editor by its name. */
export function viewTypeOf({ path }: { readonly path: string }): string {
  return /\.(png|jpe?g)$/i.test(path) ? pictureViewType : ctViewType;
}

/** Panels that are not editors of a file; VS Code restores them after a window reload. */
export const comparisonViewType = 'groundglass.comparison';
export const galleryPanelViewType = 'groundglass.galleryPanel';
