import { expect, test } from 'vitest';
import { countLesion, lesionFraction } from '../index.js';

test('a quarter of the lung is lesion', () => {
  const counts = countLesion(
    Float32Array.of(0.9, 0.4, 0, 0, 0, 0),
    Uint8Array.of(1, 1, 1, 1, 0, 0),
    0.5,
  );
  expect(counts).toEqual({ lesion: 1, lung: 4 });
  expect(lesionFraction([counts])).toBe(0.25);
});

test('a lesion that the lung mask missed counts as lesion and as lung', () => {
  expect(countLesion(Float32Array.of(1, 1, 0), Uint8Array.of(1, 0, 1), 0.5)).toEqual({
    lesion: 2,
    lung: 3,
  });
});

test('a probability at the threshold is lesion', () => {
  expect(countLesion(Float32Array.of(0.5), Uint8Array.of(1), 0.5).lesion).toBe(1);
});

test('the fraction of a volume weights its slices by their lungs', () => {
  // (1 + 0) / (4 + 12), not the mean of 0.25 and 0.
  expect(lesionFraction([{ lesion: 1, lung: 4 }, { lesion: 0, lung: 12 }])).toBe(1 / 16); // prettier-ignore
});

test('without a lung there is no fraction', () => {
  expect(lesionFraction([countLesion(Float32Array.of(1, 1), undefined, 0.5)])).toBeNull();
  expect(lesionFraction([])).toBeNull();
});

test('masks of different size are refused', () => {
  expect(() => countLesion(new Float32Array(4), new Uint8Array(3), 0.5)).toThrow(
    'Expected a lung mask of 4 pixels, got 3',
  );
});
