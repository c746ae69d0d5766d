export { defineGallery, GroundglassGallery, type GalleryEventMap } from './element.js';
export type { ScoringStatus, Thumbnail, ThumbnailProvider } from './gallery-model.js';
export { parseGalleryState, type GalleryState } from './gallery-state.js';
export { galleryStrings, type GalleryStrings } from './gallery-strings.js';
export { naturalOrder } from './natural-order.js';
export { packRows, type GalleryResult, type GalleryRow, type PackedRows } from './packed-rows.js';
export type { Baseline, GalleryFacts } from './row-store.js';
