export { defineViewer, type ViewerEventMap } from './element.js';
export type { ViewerStrings } from './strings.js';
export type { PlaneName } from './planes/plane-shape.js';
export type { RendererChoice } from './render/scene.js';
export { parseViewState, type ViewState } from './view-state.js';
export {
  toViewerError,
  type Known,
  type PredictionStatus,
  type SliceProvider,
  type Truth,
  type ViewerError,
  type ViewerVolume,
} from './viewer-volume.js';
