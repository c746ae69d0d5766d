/** How the learning rate changes over a run. */
export type ScheduleConfig =
  | { readonly kind: 'constant' }
  /** PyTorch's CosineAnnealingLR: falls to `floor` over `period` epochs, and rises again as the cosine does. */
  | { readonly kind: 'cosine'; readonly period: number; readonly floor?: number }
  /** PyTorch's CosineAnnealingWarmRestarts: falls over `period` epochs, then starts again, each time `growth` times longer. */
  | {
      readonly kind: 'warm-restarts';
      readonly period: number;
      readonly growth?: number;
      readonly floor?: number;
    }
  /** Rises linearly over `warmup` epochs, then falls to 0 along a half cosine at the end of the run. */
  | { readonly kind: 'one-cycle'; readonly warmup: number };

/**
 * The learning rate at a point of the run.
 *
 * @param epoch from 0; whole numbers for the schedules that step once per epoch, with a fraction for one-cycle.
 * @throws {RangeError} when a period is not at least 1.
 */
export function learningRateAt(
  schedule: ScheduleConfig,
  base: number,
  epoch: number,
  epochs: number,
): number {
  switch (schedule.kind) {
    case 'constant':
      return base;
    case 'cosine': {
      const { period, floor = 0 } = schedule;
      requirePeriod(period);
      return floor + ((base - floor) * (1 + Math.cos((Math.PI * Math.floor(epoch)) / period))) / 2;
    }
    case 'warm-restarts': {
      const { period, growth = 1, floor = 0 } = schedule;
      requirePeriod(period);
      let at = Math.floor(epoch);
      let length = period;
      while (at >= length) {
        at -= length;
        length *= growth;
      }
      return floor + ((base - floor) * (1 + Math.cos((Math.PI * at) / length))) / 2;
    }
    case 'one-cycle': {
      const { warmup } = schedule;
      if (epoch < warmup) return (base * (epoch + 1e-3)) / (warmup + 1e-3);
      const progress = Math.min(1, (epoch - warmup) / Math.max(1e-9, epochs - warmup));
      return (base * (1 + Math.cos(Math.PI * progress))) / 2;
    }
  }
}

function requirePeriod(period: number): void {
  if (!(period >= 1)) throw new RangeError(`Expected a period of at least 1 epoch, got ${period}`);
}
