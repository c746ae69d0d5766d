import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** How many processes run models, with how many threads each. */
export interface CpuShare {
  readonly processes: number;
  /** Threads of each process while others run too; together they use each core once. */
  readonly threads: number;
  /** Threads of a run that has the machine to itself. */
  readonly threadsAlone: number;
  /** Whether ONNX Runtime's threads may spin; only good where no other process needs the core. */
  readonly spinning: boolean;
}

/**
 * Cores that this process really has: the scheduler's affinity mask, and in a container the quota of cgroup v2 or v1,
 * which Node 20's `availableParallelism` does not look at.
 */
export function availableCores(read: (path: string) => string = readText): number {
  return Math.max(1, Math.floor(Math.min(availableParallelism(), cgroupQuota(read))));
}

/** More threads than this do not make one run of a CT model quicker. */
const mostThreadsAlone = 16;

/**
 * Two processes where there is more than one core, so that one serves while the other restarts or loads a model;
 * one more for every four cores above four. Under load the cores are split between them: measured on two cores, two runs of
 * one thread each take a tenth less processor time than one after the other with two. A lone request gets all cores, and
 * its threads spin while they wait for each other. No other thread spins where processes share cores: it would take a sibling's core.
 */
export function planCpuShare(
  cores: number,
  wanted: { processes?: number | undefined; threads?: number | undefined } = {},
): CpuShare {
  const processes = wanted.processes ?? (cores === 1 ? 1 : Math.max(2, Math.ceil(cores / 4)));
  const threads = wanted.threads ?? Math.max(1, Math.floor(cores / processes));
  const threadsAlone = wanted.threads ?? Math.max(threads, Math.min(cores, mostThreadsAlone));
  return { processes, threads, threadsAlone, spinning: processes === 1 && threads <= cores };
}

function cgroupQuota(read: (path: string) => string): number {
  try {
    const [quota, period] = read('/sys/fs/cgroup/cpu.max').trim().split(' ');
    return quota === 'max' ? Infinity : Number(quota) / Number(period) || Infinity;
  } catch {
    return cgroup1Quota(read);
  }
}

function cgroup1Quota(read: (path: string) => string): number {
  try {
    const quota = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'));
    const period = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
    return quota > 0 && period > 0 ? quota / period : Infinity;
  } catch {
    return Infinity;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
