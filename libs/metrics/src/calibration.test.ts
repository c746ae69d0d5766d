import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { brierScore, expectedCalibrationError, logLoss, reliabilityBins } from './index.js';

test.each(golden('classification'))('scores and bins equal scikit-learn on case %#', (expected) => {
  const { labels, scores } = expected;
  expect(brierScore(labels, scores)).toBeCloseTo(expected.brier, 14);
  expect(logLoss(labels, scores)).toBeCloseTo(expected.logLoss, 12);
  const bins = reliabilityBins(labels, scores, { bins: 10 });
  expect(bins.map(({ count }) => count)).toEqual(expected.reliability.counts);
  bins.forEach((bin, i) => {
    expect(bin.positiveFraction).toBeCloseTo(expected.reliability.fraction[i]!, 14);
    expect(bin.meanProbability).toBeCloseTo(expected.reliability.mean[i]!, 14);
  });
  expect(expectedCalibrationError(labels, scores, { bins: 10 })).toBeCloseTo(expected.ece, 13);
});

test('a probability on an edge belongs to the bin below it, 0 to the first', () => {
  const probabilities = [0, 0.07, 0.3, 0.7, 1];
  const bins = reliabilityBins([0, 0, 0, 1, 1], probabilities, { bins: 100 });
  expect(bins.map(({ lower, upper }) => [lower, upper])).toEqual([
    [0, 0.01],
    [0.06, 0.07],
    [0.29, 0.3],
    [0.69, 0.7],
    [0.99, 1],
  ]);
});

test('expected calibration error of two bins done by hand', () => {
  // (0, 0.5]: {0.2, 0.4}, none positive: gap 0.3. (0.5, 1]: {0.9, 0.7}, half positive: gap 0.3.
  const error = expectedCalibrationError([0, 0, 1, 0], [0.2, 0.4, 0.9, 0.7], { bins: 2 });
  expect(error).toBeCloseTo(0.3, 14);
});

test('adaptive bins hold equal counts and never split equal probabilities', () => {
  const adaptive = { bins: 2, strategy: 'mass' } as const;
  const even = reliabilityBins([0, 0, 1, 1], [0.1, 0.2, 0.21, 0.22], adaptive);
  expect(even.map(({ lower, upper, count }) => ({ lower, upper, count }))).toEqual([
    { lower: 0.1, upper: 0.2, count: 2 },
    { lower: 0.21, upper: 0.22, count: 2 },
  ]);
  // By rank alone the middle 0.2s would fall into both bins.
  const tied = reliabilityBins([0, 0, 1, 1], [0.1, 0.2, 0.2, 0.2], adaptive);
  expect(tied.map(({ count }) => count)).toEqual([4]);
});

test('a confident mistake costs -log of the machine epsilon, not Infinity', () => {
  expect(logLoss([1], [0])).toBeCloseTo(52 * Math.LN2, 10);
  expect(logLoss([1], [1])).toBeCloseTo(0, 10);
});

const samples = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true })),
  { minLength: 1, maxLength: 60 },
);
const options = fc.record({
  bins: fc.integer({ min: 1, max: 40 }),
  strategy: fc.constantFrom('width' as const, 'mass' as const),
});

test('each sample is in exactly one bin, within its edges, in any order', () => {
  fc.assert(
    fc.property(samples, options, (pairs, binning) => {
      const labels = pairs.map(([label]) => label);
      const probabilities = pairs.map(([, probability]) => probability);
      const bins = reliabilityBins(labels, probabilities, binning);
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(pairs.length);
      for (const bin of bins) {
        expect(bin.meanProbability).toBeGreaterThanOrEqual(bin.lower - 1e-12);
        expect(bin.meanProbability).toBeLessThanOrEqual(bin.upper + 1e-12);
      }
      const error = expectedCalibrationError(labels, probabilities, binning);
      expect(error).toBeGreaterThanOrEqual(0);
      expect(error).toBeLessThanOrEqual(1);
      const reversed = expectedCalibrationError(
        [...labels].reverse(),
        [...probabilities].reverse(),
        binning,
      );
      expect(reversed).toBeCloseTo(error, 12);
    }),
  );
});

test('logits instead of probabilities are refused', () => {
  expect(() => brierScore([1, 0], [0.4, 1.2])).toThrow(
    new RangeError('Expected probabilities in [0, 1], got 1.2 at index 1'),
  );
  expect(() => logLoss([1], [NaN])).toThrow('got NaN at index 0');
  expect(() => reliabilityBins([1], [0.5], { bins: 0 })).toThrow(
    'Expected bins to be an integer of at least 1, got 0',
  );
  expect(() => expectedCalibrationError([1, 0], [0.5])).toThrow('got length 1');
});
