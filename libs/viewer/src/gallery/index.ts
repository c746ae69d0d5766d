export { defineGallery, type GalleryEventMap } from './element.js';
export type { ScoringStatus, Thumbnail, ThumbnailProvider } from './gallery-model.js';
export type { GalleryState } from './gallery-state.js';
export type { GalleryStrings } from './gallery-strings.js';
export type { GalleryResult, GalleryRow, PackedRows } from './packed-rows.js';
export type { Baseline, GalleryFacts } from './row-store.js';
