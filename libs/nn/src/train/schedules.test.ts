import { describe, expect, test } from 'vitest';
import { learningRateAt, type ScheduleConfig } from './schedules.js';

const rates = (schedule: ScheduleConfig, epochs: readonly number[], of = 30) =>
  epochs.map((epoch) => learningRateAt(schedule, 1, epoch, of));

function expectClose(ours: readonly number[], expected: readonly number[]): void {
  expect(ours).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(ours[i]).toBeCloseTo(value, 9);
  });
}

describe('the learning rate', () => {
  test('of a cosine with period 10 falls to 0 in ten epochs and rises again, as CosineAnnealingLR(T_max=10)', () => {
    // (1 + cos(π · epoch / 10)) / 2; a third of π is at 10/3, which no whole epoch hits.
    expectClose(rates({ kind: 'cosine', period: 10 }, [0, 5, 10, 15, 20]), [1, 0.5, 0, 0.5, 1]);
  });

  test('of a cosine is constant within an epoch', () => {
    const [start, later] = rates({ kind: 'cosine', period: 10 }, [3, 3.9]);
    expect(later).toBe(start);
  });

  test('of warm restarts returns to the full rate, each time after twice as long', () => {
    const schedule = { kind: 'warm-restarts', period: 2, growth: 2 } as const;
    // Periods of 2, 4 and 8 epochs start at 0, 2 and 6.
    expectClose(rates(schedule, [0, 1, 2, 4, 6, 10]), [1, 0.5, 1, 0.5, 1, 0.5]);
  });

  test('never falls below its minimum', () => {
    expectClose(rates({ kind: 'cosine', period: 10, floor: 0.2 }, [0, 5, 10]), [1, 0.6, 0.2]);
  });

  test('of one cycle rises linearly, then falls along half a cosine to the end', () => {
    const schedule = { kind: 'one-cycle', warmup: 2 } as const;
    const [first, middle, top, half, end] = rates(schedule, [0, 1, 2, 6, 10], 10);
    expect(first).toBeLessThan(1e-3);
    expect(middle).toBeCloseTo(0.5, 3);
    expectClose([top!, half!, end!], [1, 0.5, 0]);
  });

  test('needs a period of at least one epoch', () => {
    expect(() => rates({ kind: 'cosine', period: 0 }, [0])).toThrow(
      'Expected a period of at least 1 epoch, got 0',
    );
  });
});
