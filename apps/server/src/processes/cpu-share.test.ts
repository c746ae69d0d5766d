import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { availableCores, planCpuShare } from './cpu-share.js';

const cgroup =
  (files: Record<string, string>) =>
  (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  };

describe('availableCores', () => {
  test('a quota of cgroup v2 lowers the count, rounded down, but never to zero', () => {
    expect(availableCores(cgroup({ '/sys/fs/cgroup/cpu.max': '150000 100000\n' }))).toBe(1);
    expect(availableCores(cgroup({ '/sys/fs/cgroup/cpu.max': '20000 100000\n' }))).toBe(1);
  });

  test('a quota of cgroup v1 lowers it too', () => {
    expect(
      availableCores(
        cgroup({
          '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000\n',
          '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
        }),
      ),
    ).toBe(1);
  });

  test('without a quota all cores of the affinity mask count', () => {
    expect(availableCores(cgroup({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBe(
      availableParallelism(),
    );
    expect(availableCores(cgroup({}))).toBe(availableParallelism());
  });
});

describe('planCpuShare', () => {
  test('one core runs one process that may spin', () => {
    expect(planCpuShare(1)).toEqual({ processes: 1, threads: 1, spinning: true });
  });

  test('processes that share cores do not spin', () => {
    expect(planCpuShare(2)).toEqual({ processes: 2, threads: 2, spinning: false });
    expect(planCpuShare(16)).toEqual({ processes: 4, threads: 4, spinning: false });
  });

  test('what the user asks for is taken', () => {
    expect(planCpuShare(8, { processes: 1, threads: 3 })).toEqual({
      processes: 1,
      threads: 3,
      spinning: true,
    });
  });
});
