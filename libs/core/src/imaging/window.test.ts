import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyWindow, modelWindow, windowPresets } from '../index.js';

describe('applyWindow', () => {
  test('maps the window of the model, -1250 to 250 HU, to 0–1', () => {
    expect(applyWindow(-1250, modelWindow)).toBe(0);
    expect(applyWindow(-500, modelWindow)).toBe(0.5);
    expect(applyWindow(250, modelWindow)).toBe(1);
  });

  test('clamps what is outside', () => {
    expect(applyWindow(-3024, windowPresets.lung)).toBe(0);
    expect(applyWindow(3071, windowPresets.bone)).toBe(1);
  });

  test('never falls as the value grows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -4000, max: 4000 }),
        fc.nat(1000),
        fc.constantFrom(...Object.values(windowPresets)),
        (value, step, window) => {
          expect(applyWindow(value + step, window)).toBeGreaterThanOrEqual(
            applyWindow(value, window),
          );
        },
      ),
      { seed: 4 },
    );
  });
});

test('the presets are those of the chest', () => {
  // Lung -1350 to 150, mediastinum -160 to 240, bone -500 to 1300.
  const ranges = Object.values(windowPresets).map(({ center, width }) => [
    center - width / 2,
    center + width / 2,
  ]);
  expect(ranges).toEqual([[-1350, 150], [-160, 240], [-500, 1300]]); // prettier-ignore
});
