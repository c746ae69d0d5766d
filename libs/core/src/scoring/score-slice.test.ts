import { describe, expect, test } from 'vitest';
import { drawSlice, thorax } from '../anatomy/thorax.fixture.js';
import { scoreSlice, type SliceOutputs } from '../index.js';

const side = 128;
const slice = drawSlice({ columns: side, rows: side, unit: 'HU' }, -1000, thorax);
const whole = { left: 0, top: 0, columns: side, rows: side };

/** A mask that is 1 in a rectangle given in fractions of the slice. */
function maskOf(left: number, top: number, right: number, bottom: number): Float32Array {
  return Float32Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side];
    return x > left && x < right && y > top && y < bottom ? 1 : 0;
  });
}

function withheldOf(outputs: Partial<SliceOutputs>) {
  const maskSize = { columns: side, rows: side };
  const usual = { probability: 0.7, mask: maskOf(0.25, 0.4, 0.35, 0.6), maskSize, distance: 0.5 };
  return scoreSlice(slice, whole, { ...usual, ...outputs }, { withMask: false }).withheld;
}

describe('scoreSlice', () => {
  test('withholds nothing for a chest with a lesion in its lung', () => {
    expect(withheldOf({})).toEqual([]);
  });

  test('withholds if the mask covers more than half of the slice, or is outside the lungs', () => {
    expect(withheldOf({ mask: maskOf(0, 0, 1, 0.55) })).toEqual(['IMPLAUSIBLE_MASK']);
    // 4 % of the slice, between the lungs: the left one ends at 0.43, the right one begins at 0.57.
    expect(withheldOf({ mask: maskOf(0.45, 0.3, 0.55, 0.7) })).toEqual(['IMPLAUSIBLE_MASK']);
  });

  test('lets a mark of up to 2 % be anywhere', () => {
    // 0.1 * 0.15 = 1.5 %.
    expect(withheldOf({ mask: maskOf(0.45, 0.4, 0.55, 0.55) })).toEqual([]);
  });

  test.each([
    [1, []],
    [1.01, ['UNLIKE_TRAINING']],
    [NaN, ['UNLIKE_TRAINING']],
    [null, []],
  ])('a distance of %s gives %j', (distance, withheld) => {
    expect(withheldOf({ distance })).toEqual(withheld);
  });

  test.each([-0.01, 1.01, NaN])('a probability of %s is an error of the model', (probability) => {
    expect(() => withheldOf({ probability })).toThrow(
      expect.objectContaining({ code: 'CT_INFERENCE_FAILED' }),
    );
  });
});
