import type { ReviewRow } from '@groundglass/papers/review';
import { expect, test } from 'vitest';
import { applyReview } from './apply-review.js';

const row: ReviewRow = {
  id: 'r',
  document: { key: 'k', file: 'k.pdf', sha256: 'a', doi: null, arxiv: null, title: null },
  page: 1,
  figure: null,
  caption: null,
  citing: [],
  picture: { path: 'figures/r.png', columns: 10, rows: 10 },
  pageView: null,
  panels: [],
  state: 'open',
};

test('accept, skip and open again change the row’s state', () => {
  const accepted = applyReview(row, { type: 'accept', id: 'r' });
  expect(accepted.state).toBe('accepted');
  expect(applyReview(accepted, { type: 'reopen', id: 'r' }).state).toBe('open');
  expect(applyReview(row, { type: 'skip', id: 'r' }).state).toBe('skipped');
});

test('an action for a missing panel is refused', () => {
  expect(() => applyReview(row, { type: 'label', id: 'r', panel: '7', label: 'unsure' })).toThrow(
    RangeError,
  );
});
