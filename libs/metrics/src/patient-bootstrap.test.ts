import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import {
  accuracy,
  confusionMatrix,
  patientBootstrap,
  rocAuc,
  rocAucInterval,
  takeRows,
} from './index.js';
import { seeded } from './seeded.fixture.js';

const { patients, values, percentile, bca, standardError } = golden('bootstrap');
const meanOfRows = (rows: Int32Array): number =>
  takeRows(values, rows).reduce((sum, value) => sum + value, 0) / rows.length;

test.each([
  { method: 'percentile' as const, expected: percentile },
  { method: 'bca' as const, expected: bca },
])(
  'the $method interval over patients equals SciPy to 2 % of its width',
  ({ method, expected }) => {
    const interval = patientBootstrap(patients, meanOfRows, {
      resamples: 20_000,
      random: seeded(3),
      method,
    });
    // Both sides are random: at 20,000 resamples a limit has a standard error of about 0.5 % of the width.
    const width = expected[1] - expected[0];
    expect(Math.abs(interval.lower - expected[0])).toBeLessThan(0.02 * width);
    expect(Math.abs(interval.upper - expected[1])).toBeLessThan(0.02 * width);
    expect(interval.standardError / standardError).toBeCloseTo(1, 1);
    expect(interval).toMatchObject({ patients: 25, undefinedResamples: 0 });
  },
);

test('the same random numbers give the same interval, others another', () => {
  const run = (seed: number): unknown =>
    patientBootstrap(patients, meanOfRows, { resamples: 200, random: seeded(seed) });
  expect(run(5)).toEqual(run(5));
  expect(run(5)).not.toEqual(run(6));
});

test('ten copies of each row under its patient do not change the interval', () => {
  // Drawing rows instead of patients would make it narrower by √10.
  const people = Array.from({ length: 40 }, (_, i) => i);
  const labels = people.map((i) => i % 2);
  const scores = people.map((i) => ((i * 7) % 40) + 9 * (i % 2));
  const auc = (of: number[], by: number[]) => (rows: Int32Array) =>
    rocAuc(takeRows(of, rows), takeRows(by, rows));
  const copies = people.flatMap((i) => Array<number>(10).fill(i));
  const options = () => ({ resamples: 300, random: seeded(1) });
  const once = patientBootstrap(people, auc(labels, scores), options());
  const tenfold = patientBootstrap(
    copies,
    auc(
      copies.map((i) => labels[i]!),
      copies.map((i) => scores[i]!),
    ),
    options(),
  );
  expect(tenfold.lower).toBeCloseTo(once.lower, 12);
  expect(tenfold.upper).toBeCloseTo(once.upper, 12);
});

test('with one row per patient the error of the AUC is close to that of DeLong', () => {
  const { labels, first } = golden('delong')[0]!;
  const rows = labels.map((_, i) => i);
  const interval = patientBootstrap(
    rows,
    (drawn) => rocAuc(takeRows(labels, drawn), takeRows(first, drawn)),
    { random: seeded(0) },
  );
  const delong = rocAucInterval(labels, first);
  expect(interval.estimate).toBe(delong.auc);
  expect(interval.standardError / Math.sqrt(delong.variance)).toBeGreaterThan(0.9);
  expect(interval.standardError / Math.sqrt(delong.variance)).toBeLessThan(1.1);
});

test('resamples that miss a class are excluded and counted', () => {
  // One positive patient of four: absent with probability (3/4)^4 = 32 %.
  const labels = [1, 0, 0, 0];
  const scores = [0.7, 0.8, 0.2, 0.1];
  const statistic = (rows: Int32Array): number =>
    rocAuc(takeRows(labels, rows), takeRows(scores, rows));
  const names = ['a', 'b', 'c', 'd'];
  const interval = patientBootstrap(names, statistic, { random: seeded(0), resamples: 1000 });
  // The all-positive draw, (1/4)^4, counts too: 320 expected, standard deviation 15.
  expect(Math.abs(interval.undefinedResamples - 320)).toBeLessThan(60);
  const stratified = patientBootstrap(names, statistic, {
    random: seeded(0),
    resamples: 1000,
    strata: labels,
  });
  expect(stratified.undefinedResamples).toBe(0);
});

test('a statistic that never varies gives an interval of one point', () => {
  const interval = patientBootstrap(
    ['a', 'a', 'b', 'c'],
    (rows) =>
      accuracy(
        confusionMatrix(
          rows.map(() => 1),
          rows.map(() => 1),
        ),
      ),
    { random: seeded(0), resamples: 50, method: 'bca' },
  );
  expect(interval).toMatchObject({ estimate: 1, lower: 1, upper: 1, standardError: 0 });
});

test('resamples equal to the estimate count half on each side of the bias correction', () => {
  // Means of two draws from {0, 1}: 0, 1/2 and 1 with shares 1/4, 1/2 and 1/4, symmetric about the estimate. So BCa
  // is the percentile interval, here the quantiles 0.3 and 0.7, both 1/2.
  const mean = (rows: Int32Array): number => rows.reduce((sum, row) => sum + row, 0) / rows.length;
  const half = patientBootstrap(['a', 'b'], mean, {
    random: seeded(0),
    level: 0.4,
    method: 'bca',
  });
  expect(half).toMatchObject({ estimate: 0.5, lower: 0.5, upper: 0.5 });
});

test('a BCa interval keeps its ends in order and within the resamples, however skewed the patients', () => {
  const skewed = fc.array(
    fc.integer({ min: 0, max: 9 }).map((exponent) => 10 ** exponent),
    { minLength: 2, maxLength: 12 },
  );
  const level = fc.constantFrom(0.5, 0.95, 1 - 1e-12);
  fc.assert(
    fc.property(skewed, level, fc.nat(), (sizes, confidence, seed) => {
      const mean = (rows: Int32Array): number =>
        takeRows(sizes, rows).reduce((sum, value) => sum + value, 0) / rows.length;
      const names = sizes.map((_, i) => i);
      const options = {
        resamples: 50,
        random: seeded(seed),
        level: confidence,
        method: 'bca',
      } as const;
      const { lower, upper } = patientBootstrap(names, mean, options);
      expect(lower).toBeGreaterThanOrEqual(Math.min(...sizes) * (1 - 1e-12));
      expect(upper).toBeLessThanOrEqual(Math.max(...sizes) * (1 + 1e-12));
      expect(lower).toBeLessThanOrEqual(upper);
    }),
  );
});

test('an error that is no RangeError is rethrown', () => {
  const random = seeded(0);
  const faulty = (rows: Int32Array): number => {
    if (rows[0] !== 0) throw new TypeError('a bug');
    return 1;
  };
  expect(() => patientBootstrap([1, 2, 3], faulty, { random })).toThrow(TypeError);
});

test('invalid input is named', () => {
  const random = seeded(0);
  const one = (): number => 1;
  expect(() => patientBootstrap(['a', 'a'], one, { random })).toThrow(
    new RangeError('Expected patients to hold at least 2 patients, got 1'),
  );
  expect(() => patientBootstrap(['a', 'b', 'a'], one, { random, strata: [0, 1, 1] })).toThrow(
    'Expected strata to be constant within patient a (0), got 1 at index 2',
  );
  expect(() => patientBootstrap(['a', 'b'], () => NaN, { random })).toThrow(
    'defined on all rows, got NaN',
  );
  expect(() => patientBootstrap(['a', 'b'], one, { random, resamples: 1 })).toThrow(
    'Expected resamples',
  );
  expect(() => patientBootstrap(['a', 'b'], one, { random, level: 0 })).toThrow('Expected level');
  expect(() =>
    patientBootstrap(['a', 'b'], one, { random, strata: [0, 1], method: 'bca' }),
  ).toThrow("Expected method 'percentile' with strata");
  const rarelyDefined = (rows: Int32Array): number => (new Set(rows).size === 5 ? 1 : NaN);
  expect(() => patientBootstrap([1, 2, 3, 4, 5], rarelyDefined, { random })).toThrow(
    'at least half of 2000',
  );
});
