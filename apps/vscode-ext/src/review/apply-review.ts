import {
  acceptRow,
  mergePanels,
  reopenRow,
  setPanelLabel,
  skipRow,
  splitPanelAt,
  type ReviewRow,
} from '@groundglass/papers/review';
import type { FromReview } from './review-protocol.js';

/**
 * Applies a person's action to a row.
 *
 * @throws {RangeError} when the action does not fit the row.
 */
export function applyReview(
  row: ReviewRow,
  action: Exclude<FromReview, { type: 'ready' }>,
): ReviewRow {
  switch (action.type) {
    case 'accept':
      return acceptRow(row);
    case 'skip':
      return skipRow(row);
    case 'reopen':
      return reopenRow(row);
    case 'label':
      return setPanelLabel(row, action.panel, action.label);
    case 'merge':
      return mergePanels(row, action.panels);
    case 'split':
      return splitPanelAt(row, action.panel, action.direction, action.at);
  }
}
