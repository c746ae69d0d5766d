import { expect, test } from 'vitest';
import { defaultStrings } from '../strings.js';
import { defaultViewState } from '../view-state.js';
import type { ViewerVolume } from '../viewer-volume.js';
import { differenceFacts, differenceOf, type ComparedPicture } from './difference.js';
import { matchSlice, sharedView } from './shared-view.js';

const lung = { center: -600, width: 1500 };
const large = { columns: 512, rows: 512, sliceCount: 41, unit: 'HU' } as const;
const small = { columns: 256, rows: 128, sliceCount: 21, unit: 'HU' } as const;

test('slice, window, zoom and position are transferred in proportion to the picture', () => {
  const view = { ...defaultViewState, slice: 20, zoom: 2, centre: [256, 128] as const };
  expect(sharedView(view, lung, large, small)).toMatchObject({
    ...{ slice: 10, zoom: 8, centre: [128, 32], window: lung },
  });
});

test('a window in Hounsfield units is not applied to grey values', () => {
  expect(sharedView(defaultViewState, lung, large, { ...large, unit: 'grey' })).not.toHaveProperty(
    'window',
  );
});

test('ends of one volume map to ends of the other, and a single slice stays', () => {
  expect([0, 40].map((index) => matchSlice(index, 41, 21))).toEqual([0, 20]);
  expect(matchSlice(7, 41, 41)).toBe(7);
  expect(matchSlice(0, 1, 41)).toBe(0);
  expect(matchSlice(40, 41, 1)).toBe(0);
});

const picture = (
  values: readonly number[],
  facts: Partial<ViewerVolume> = {},
): ComparedPicture => ({
  volume: {
    ...{ title: 'a', format: 'nifti', columns: 2, rows: 2, sliceCount: 1, unit: 'HU' },
    ...{ pixelSpacing: undefined, geometry: undefined, windows: [], warnings: [], metadata: [] },
    ...facts,
  },
  provider: {
    slice: (index) =>
      Promise.resolve({
        ...{ index, columns: 2, rows: 2, unit: 'HU' },
        pixels: Float32Array.from(values),
      }),
  },
  prediction: { kind: 'idle' },
});

test('a difference is the second picture minus the first, with its count, mean and largest', async () => {
  const made = differenceOf(
    ...(['values', picture([0, 10, 20, 30]), picture([0, 14, 10, 30]), defaultStrings] as const),
  );
  if ('reason' in made) throw new Error(made.reason);
  expect(made.volume).toMatchObject({ isDifference: true, unit: 'HU' });
  const slice = await made.provider.slice(0, new AbortController().signal);
  expect([...slice.pixels]).toEqual([0, 4, -10, 0]);
  expect(differenceFacts(slice)).toEqual({ count: 2, pixels: 4, mean: 3.5, largest: 10 });
});

test('pictures of other sizes or units, and those without masks, say why there is no difference', () => {
  const one = picture([]);
  const reasonOf = (kind: 'values' | 'masks', other: ComparedPicture) =>
    differenceOf(kind, one, other, defaultStrings);
  expect(reasonOf('values', picture([], { sliceCount: 3 }))).toEqual({
    reason: 'A difference needs pictures of the same size; these have 2 × 2 × 1 and 2 × 2 × 3.',
  });
  expect(reasonOf('values', picture([], { unit: 'grey' }))).toEqual({
    reason: 'A difference needs pictures in the same unit; these are in HU and grey.',
  });
  expect(reasonOf('masks', picture([]))).toEqual({ reason: defaultStrings.differenceMasks });
});
