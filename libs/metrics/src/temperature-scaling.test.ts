import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { applyTemperature, fitTemperature, logLoss } from './index.js';

test.each(golden('temperature'))(
  'equals SciPy minimising the softmax loss on case %#',
  (expected) => {
    const fitted = fitTemperature(expected.labels, expected.logits);
    // A minimiser of loss values cannot resolve more than the square root of machine precision.
    expect(fitted.temperature / expected.temperature).toBeCloseTo(1, 6);
    expect(fitted.lossBefore).toBeCloseTo(expected.lossBefore, 12);
    expect(fitted.lossAfter).toBeCloseTo(expected.lossAfter, 12);
    expect(fitted.lossAfter).toBeLessThanOrEqual(expected.lossAfter + 1e-15);
    expect(fitted.atBound).toBe(false);
    const probabilities = applyTemperature(expected.logits, expected.temperature);
    probabilities.forEach((probability, i) => {
      expect(probability).toBeCloseTo(expected.probabilities[i]!, 12);
    });
  },
);

test('temperature of three right and one wrong at the same margin done by hand', () => {
  // The best probability is 3/4, log-odds ln 3, so T = margin / ln 3.
  const logits = [0, 2, 0, 2, 0, 2, 0, 2];
  const fitted = fitTemperature([1, 1, 1, 0], logits);
  expect(fitted.temperature).toBeCloseTo(2 / Math.log(3), 12);
  expect(fitted.lossAfter).toBeCloseTo(
    logLoss([1, 1, 1, 0], applyTemperature(logits, fitted.temperature)),
    12,
  );
});

test('logits times k give a temperature times k', () => {
  const { labels, logits } = golden('temperature')[2]!;
  const once = fitTemperature(labels, logits).temperature;
  const scaled = fitTemperature(
    labels,
    logits.map((logit) => 5 * logit),
  );
  expect(scaled.temperature).toBeCloseTo(5 * once, 9);
});

test('if no temperature is best the bound is returned and flagged', () => {
  const perfect = fitTemperature([1, 0], [0, 3, 3, 0]);
  expect(perfect).toMatchObject({ temperature: 0.01, atBound: true });
  const opposite = fitTemperature([0, 1], [0, 3, 3, 0]);
  expect(opposite).toMatchObject({ temperature: 100, atBound: true });
  const silent = fitTemperature([0, 1], [1, 1, 2, 2]);
  expect(silent).toMatchObject({ temperature: 100, atBound: true, lossAfter: Math.LN2 });
});

test('huge logits neither overflow nor lose the loss', () => {
  const fitted = fitTemperature([1, 1, 0], [0, 4000, 0, 4000, 0, 4000]);
  expect(fitted.lossBefore).toBeCloseTo(4000 / 3, 8);
  expect(fitted.atBound).toBe(true);
  expect([...applyTemperature([0, 4000, 4000, 0], 1)]).toEqual([1, 0]);
});

test('fitting never makes the loss worse', () => {
  const logit = fc.double({ min: -30, max: 30, noNaN: true });
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), logit, logit), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(rows, (samples) => {
      const labels = samples.map(([label]) => label);
      const logits = samples.flatMap(([, negative, positive]) => [negative, positive]);
      const fitted = fitTemperature(labels, logits);
      expect(fitted.lossAfter).toBeLessThanOrEqual(fitted.lossBefore + 1e-12);
    }),
  );
});

test('logits of another shape and temperatures that are not positive are named', () => {
  expect(() => fitTemperature([1, 0], [0.1, 0.9])).toThrow(
    new RangeError('Expected logits to be [2, 2] (length 4), got length 2'),
  );
  expect(() => fitTemperature([1], [0, NaN])).toThrow('Expected logits to be finite');
  expect(() => applyTemperature([0, 1, 2], 1)).toThrow('Expected logits to be [N, 2]');
  expect(() => applyTemperature([0, 1], 0)).toThrow(
    new RangeError('Expected temperature > 0 and finite, got 0'),
  );
});
