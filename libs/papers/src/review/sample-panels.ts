import type { ReviewPanel, ReviewRow } from './review-row.js';

/**
 * The panels of a row that go into the dataset: its slices.
 *
 * @param acceptAbove omits labels that are less sure (0–1), and slices without one; a person's decisions always pass.
 * Undefined keeps every slice.
 */
export function samplePanels(row: ReviewRow, acceptAbove?: number): ReviewPanel[] {
  if (row.state === 'skipped') return [];
  return row.panels.filter(
    ({ kind, label, confidence, decidedBy }) =>
      kind === 'axial-ct' &&
      (acceptAbove === undefined ||
        (label !== 'unsure' && (decidedBy === 'person' || confidence >= acceptAbove))),
  );
}
