export {
  extractPaper,
  type ExtractOptions,
  type Paper,
  type PaperFigure,
  type PaperPanel,
} from './extract-paper.js';
export {
  PaperError,
  paperErrorCatalogue,
  type PaperErrorCode,
  type PaperProblem,
} from './errors.js';
export { documentKey, panelName } from './paper-name.js';
export type { PageBox } from './geometry.js';
export { isGrey as isGreyPicture, type PixelBox, type Pixels } from './pdf/pixels.js';
export { splitPanels, type SplitPanel } from './panels/split-panels.js';
export type { PanelKind, PanelVerdict } from './panels/classify-panel.js';
export { captionParts, type CaptionPart, type CaptionParts } from './layout/caption-parts.js';
export { captionLabel, type CaptionLabel } from './layout/caption-label.js';
export { labelPanel, type LabelVerdict, type PanelTexts } from './evidence/label-panel.js';
export type { Mention } from './evidence/find-mentions.js';
export {
  readMetadata,
  type NamedText,
  type PanelMetadata,
  type Read,
} from './evidence/metadata.js';
export type { Evidence } from './evidence/span.js';
