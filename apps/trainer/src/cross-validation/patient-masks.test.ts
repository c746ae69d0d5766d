import type { TargetSample } from '@groundglass/dataset';
import { expect, test } from 'vitest';
import { measurePatientMasks } from './patient-masks.js';

const slice = (
  source: string,
  patient: string,
  counts?: [number, number, number],
  guessed?: TargetSample['guessed'],
) => ({
  sample: { source, patient, guessed } as TargetSample,
  overlap: counts && { reference: counts[0], prediction: counts[1], intersection: counts[2] },
});

test('Dice of a patient is over the pixels of all slices, and each patient weighs the same in the mean', () => {
  const [lungs, other] = measurePatientMasks([
    slice('lungs', 'r1', [10, 10, 5]),
    slice('lungs', 'r1', [0, 10, 0]),
    slice('lungs', 'r2', [8, 8, 8], ['patient']),
    // Without a mask there is nothing to compare.
    slice('lungs', 'r3'),
    slice('other', 'x', [0, 0, 0]),
  ]);
  // 2 · 5 / (10 + 20) and 1.
  expect(lungs).toMatchObject({
    source: 'lungs',
    patients: [
      { patient: 'r1', slices: 2, lesionSlices: 1, dice: 1 / 3 },
      { patient: 'r2', slices: 1, lesionSlices: 1, dice: 1 },
    ],
    guessedPatients: 1,
    mean: 2 / 3,
    meanInterval: { lower: 1 / 3, upper: 1 },
  });
  expect(other).toEqual({
    source: 'other',
    patients: [{ patient: 'x', slices: 1, lesionSlices: 0, dice: 1 }],
    guessedPatients: 0,
    mean: 1,
  });
});
