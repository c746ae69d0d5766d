export {
  formatReview,
  parseReview,
  type ReviewEvidence,
  type ReviewPanel,
  type ReviewRow,
} from './review/review-row.js';
export {
  acceptRow,
  mergePanels,
  reopenRow,
  setPanelLabel,
  skipRow,
  splitPanelAt,
} from './review/decide.js';
export { uncertainFirst } from './review/uncertainty.js';
export { samplePanels } from './review/sample-panels.js';
