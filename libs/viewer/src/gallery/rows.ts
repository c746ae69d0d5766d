// The parts of the gallery for a host without a page: rows, order and texts.
export type { GalleryState } from './gallery-state.js';
export { galleryStrings, type GalleryStrings } from './gallery-strings.js';
export { naturalOrder } from './natural-order.js';
export { packRows, type GalleryResult, type GalleryRow, type PackedRows } from './packed-rows.js';
export type { Baseline, GalleryFacts } from './row-store.js';
