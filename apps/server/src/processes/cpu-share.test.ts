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
    expect(planCpuShare(1)).toEqual({ processes: 1, threads: 1, threadsAlone: 1, spinning: true });
  });

  test('processes split the cores, a lone run has all, and no thread spins', () => {
    const shared = { spinning: false };
    expect(planCpuShare(2)).toEqual({ processes: 2, threads: 1, threadsAlone: 2, ...shared });
    expect(planCpuShare(4)).toEqual({ processes: 2, threads: 2, threadsAlone: 4, ...shared });
    expect(planCpuShare(16)).toEqual({ processes: 4, threads: 4, threadsAlone: 16, ...shared });
    expect(planCpuShare(64)).toEqual({ processes: 16, threads: 4, threadsAlone: 16, ...shared });
  });

  test('the user’s settings are used', () => {
    const wanted = { processes: 1, threads: 3 };
    expect(planCpuShare(8, wanted)).toEqual({ ...wanted, threadsAlone: 3, spinning: true });
    expect(planCpuShare(2, { processes: 4, threads: 2 }).threads).toBe(2);
    expect(planCpuShare(2, { processes: 1 })).toEqual({
      processes: 1,
      threads: 2,
      threadsAlone: 2,
      spinning: true,
    });
  });
});
