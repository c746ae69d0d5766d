import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { mcnemarTest } from './index.js';

/** All labels 1; only the first is right b times, only the second c times, both once. */
function discordant(b: number, c: number): [number[], number[], number[]] {
  const first = [...Array<number>(b).fill(1), ...Array<number>(c).fill(0), 1];
  const second = [...Array<number>(b).fill(0), ...Array<number>(c).fill(1), 1];
  return [first.map(() => 1), first, second];
}

test.each(golden('counts').mcnemar)(
  'equals SciPy for $b against $c',
  ({ b, c, exact, chi, chiP }) => {
    const result = mcnemarTest(...discordant(b, c));
    expect(result.onlyFirstCorrect).toBe(b);
    expect(result.onlySecondCorrect).toBe(c);
    expect(result.exactPValue / exact).toBeCloseTo(1, 9);
    expect(result.chiSquare).toBeCloseTo(chi, 12);
    expect(result.chiSquarePValue / chiP).toBeCloseTo(1, 9);
  },
);

test('five against none done by hand: p = 2 / 2^5', () => {
  expect(mcnemarTest(...discordant(5, 0)).exactPValue).toBeCloseTo(1 / 16, 14);
});

test('negatives count as correct when both say 0', () => {
  const result = mcnemarTest([0, 0, 1], [0, 1, 1], [1, 1, 1]);
  expect(result).toMatchObject({ onlyFirstCorrect: 1, onlySecondCorrect: 0, exactPValue: 1 });
});

test('equal decisions leave nothing to test: p = 1', () => {
  expect(mcnemarTest([1, 0], [1, 1], [1, 1])).toEqual({
    onlyFirstCorrect: 0,
    onlySecondCorrect: 0,
    exactPValue: 1,
    chiSquare: 0,
    chiSquarePValue: 1,
  });
});

test('scores instead of decisions are refused', () => {
  expect(() => mcnemarTest([1, 0], [0.7, 0.2], [1, 0])).toThrow(
    new RangeError('Expected first to be 0 or 1, got 0.7 at index 0'),
  );
});
