import { describe, expect, test } from 'vitest';
import { changeGrey, cutOut, drawTransform, noAugmentation, type Picture } from './augment.js';
import { makeExample } from './batch.js';
import { SeededRandom } from '@groundglass/core';

/** A picture from rows of numbers. */
function picture(rows: number[][]): Picture {
  return { data: Float32Array.from(rows.flat()), columns: rows[0]!.length, rows: rows.length };
}

const whole = (p: Picture) => drawTransform(new SeededRandom(1), p, noAugmentation);

describe('cropping', () => {
  test('the whole picture at its own size changes nothing', () => {
    const p = picture([
      [0, 0.25],
      [0.5, 1],
    ]);
    expect([...cutOut(p, whole(p), 2)]).toEqual([0, 0.25, 0.5, 1]);
  });

  test('shrinking by two averages the four pixels under each result pixel', () => {
    const p = picture([
      [0, 1, 0, 0],
      [0, 1, 0, 0],
      [1, 1, 0.5, 0.5],
      [0, 0, 0.5, 0.5],
    ]);
    expect([...cutOut(p, whole(p), 2)]).toEqual([0.5, 0, 0.5, 0.5]);
  });

  test('a flip mirrors left and right and nothing else', () => {
    const p = picture([
      [0, 0.25],
      [0.5, 1],
    ]);
    expect([...cutOut(p, { ...whole(p), flip: true }, 2)]).toEqual([0.25, 0, 1, 0.5]);
  });

  test('a quarter turn moves the top right corner to the top left', () => {
    const p = picture([
      [0, 1],
      [0, 0],
    ]);
    const turned = cutOut(p, { ...whole(p), angle: Math.PI / 2 }, 2);
    expect([...turned].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([1, 0, 0, 0]);
  });

  test('crops stay inside the picture and have the requested area', () => {
    const random = new SeededRandom(5);
    for (let i = 0; i < 500; i++) {
      const t = drawTransform(
        random,
        { columns: 300, rows: 200 },
        { ...noAugmentation, cropScale: [0.5, 1], cropRatio: [3 / 4, 4 / 3] },
      );
      expect(t.left + t.width).toBeLessThanOrEqual(300);
      expect(t.top + t.height).toBeLessThanOrEqual(200);
      const share = (t.width * t.height) / (300 * 200);
      expect(share).toBeGreaterThan(0.49);
      expect(share).toBeLessThanOrEqual(1);
    }
  });
});

describe('grey changes', () => {
  test('brightness multiplies, contrast spreads about the mean, both stay in 0–1', () => {
    const pixels = Float32Array.from([0.2, 0.4]);
    changeGrey(
      pixels,
      { ...whole(picture([[0, 0]])), brightness: 2, contrast: 2 },
      new SeededRandom(1),
    );
    // After brightness 0.4 and 0.8 with mean 0.6; doubled distance: 0.2 and 1.0.
    expect(pixels[0]).toBeCloseTo(0.2, 6);
    expect(pixels[1]).toBeCloseTo(1, 6);
  });
});

describe('an example', () => {
  const image = picture([[0, 1]]);
  const sample = { path: 'a', split: 'train', patient: 'p', source: 's' } as const;
  const options = {
    size: 2,
    augmentation: noAugmentation,
    emptyMaskForNormals: true,
    segmentationOnly: [],
    labelledByMask: [],
    nothingOutsideLungs: false,
    seed: 1,
  };

  test('of a normal without a mask counts as one with an empty mask if the recipe says so', () => {
    const normal = { ...sample, label: 'non-covid', target: 0 } as const;
    const place = { epoch: 0, index: 0 };
    const make = (emptyMaskForNormals: boolean) =>
      makeExample({ image, mask: undefined }, normal, place, { ...options, emptyMaskForNormals });
    expect(make(true)).toMatchObject({ label: 0, maskWeight: 1 });
    expect(make(false)).toMatchObject({ label: 0, maskWeight: 0 });
  });

  test('of a COVID slice without a mask gives no segmentation loss', () => {
    const example = makeExample(
      { image, mask: undefined },
      { ...sample, label: 'covid', target: 1 },
      { epoch: 0, index: 0 },
      options,
    );
    expect(example).toMatchObject({ label: 1, maskWeight: 0 });
  });

  const side = 32;
  const filled = (value: number) => ({
    data: new Float32Array(side * side).fill(value),
    columns: side,
    rows: side,
  });
  const leftHalf = (value: number) => ({
    ...filled(0),
    data: Float32Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? value : 0)),
  });
  const covid = { ...sample, label: 'covid', target: 1 } as const;
  const place = { epoch: 0, index: 0 };
  const large = { ...options, size: side };

  test('of a COVID picture with known lungs teaches that nothing outside of them is lesion', () => {
    const loaded = { image: filled(0.5), mask: undefined, hull: leftHalf(1) };
    const example = makeExample(loaded, covid, place, { ...large, nothingOutsideLungs: true });
    expect(example).toMatchObject({ label: 1, maskWeight: 1 });
    expect([example.maskKnown![5], example.maskKnown![side - 5]]).toEqual([0, 1]);
    expect(example.mask.every((value) => value === 0)).toBe(true);
    const without = makeExample({ ...loaded, hull: undefined! }, covid, place, {
      ...large,
      nothingOutsideLungs: true,
    });
    expect(without.maskWeight).toBe(0);
  });

  test('of a source that is labelled by its masks counts as covid if a lesion is visible', () => {
    const byMask = { ...large, labelledByMask: ['s'] };
    const make = (mask: number) =>
      makeExample({ image: filled(0.5), mask: leftHalf(mask) }, covid, place, byMask);
    expect(make(1)).toMatchObject({ label: 1, labelWeight: 1, maskWeight: 1 });
    expect(make(0)).toMatchObject({ labelWeight: 0, maskWeight: 1 });
  });

  test('of a slice with pasted lesions counts as covid', () => {
    const loaded = { image: filled(0.5), mask: leftHalf(1), pasted: true } as const;
    const example = makeExample(loaded, { ...sample, label: 'non-covid', target: 0 }, place, large);
    expect(example).toMatchObject({ label: 1, labelWeight: 1, maskWeight: 1 });
  });

  test('shows only the lungs, or only a round field, and no lesion where it is black', () => {
    const loaded = { image: filled(0.5), mask: filled(1), lungs: leftHalf(1) };
    const make = (change: Partial<typeof noAugmentation>) =>
      makeExample(loaded, covid, place, {
        ...large,
        augmentation: { ...noAugmentation, ...change },
      });
    const lungs = make({ lungsOnly: 1 });
    expect([lungs.image[5], lungs.mask[5]]).toEqual([0.5, 1]);
    expect([lungs.image[side - 5], lungs.mask[side - 5]]).toEqual([0, 0]);
    const round = make({ roundField: 1 });
    expect([round.image[0], round.mask[0]]).toEqual([0, 0]);
    expect([round.image[side * 16 + 16], round.mask[side * 16 + 16]]).toEqual([0.5, 1]);
  });

  test('that zooms out has a grey border without lesions', () => {
    const augmentation = { ...noAugmentation, cropScale: [4, 4], border: 1 } as const;
    const loaded = { image: filled(0.5), mask: filled(1) };
    const { image, mask } = makeExample(loaded, covid, place, { ...large, augmentation });
    // Four times the area: the picture takes a quarter of the example.
    const inside = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    expect(Math.abs(inside - 0.25)).toBeLessThan(0.04);
    const border = image.filter((_, i) => mask[i] === 0);
    expect(new Set(border).size).toBeLessThan(side * 6);
    expect(border.filter((value) => Math.abs(value - border[0]!) < 1e-6).length).toBeGreaterThan(
      0.9 * border.length,
    );
  });
});
