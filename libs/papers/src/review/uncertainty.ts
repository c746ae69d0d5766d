import type { ReviewRow } from './review-row.js';

/** How much a row needs review, 0–1: one minus the confidence of its least sure slice; figures without slices need none. */
export function uncertainty(row: ReviewRow): number {
  if (row.state !== 'open') return 0;
  const slices = row.panels.filter(
    ({ kind, decidedBy }) => kind === 'axial-ct' && decidedBy === 'machine',
  );
  if (slices.length === 0) return 0;
  return Math.max(
    ...slices.map(({ confidence, label }) => (label === 'unsure' ? 1 : 1 - confidence)),
  );
}

/** Open rows that most need review come first; decided ones last; equal ones keep their order. */
export function uncertainFirst(rows: readonly ReviewRow[]): ReviewRow[] {
  const rank = (row: ReviewRow): number => (row.state === 'open' ? 1 + uncertainty(row) : 0);
  return [...rows].sort((a, b) => rank(b) - rank(a));
}
