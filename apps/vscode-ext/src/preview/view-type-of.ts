/** For the endings of CT images; and for pictures, which open as CT when they are asked to. */
export const ctViewType = 'groundglass.ctPreview';
export const pictureViewType = 'groundglass.ctPreviewOptional';

/** The kind of editor that shows a file: the one whose files it is among, so that VS Code lists the editor by its name. */
export function viewTypeOf({ path }: { readonly path: string }): string {
  return /\.(png|jpe?g)$/i.test(path) ? pictureViewType : ctViewType;
}

/** Panels that are no editors of a file; VS Code opens them again after its window was reloaded. */
export const comparisonViewType = 'groundglass.comparison';
export const galleryPanelViewType = 'groundglass.galleryPanel';
