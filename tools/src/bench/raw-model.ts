import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What ONNX Runtime does alone, on the same input and with the same threads as a server's process. */
export interface RawRuns {
  readonly medianMs: number;
  readonly runsPerSecond: number;
}

/** Runs a model back to back on one slice for some seconds, after three runs that do not count. */
export async function rawRuns(
  path: string,
  {
    threads,
    seconds,
    rows,
    columns,
  }: { threads: number; seconds: number; rows: number; columns: number },
): Promise<RawRuns> {
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  });
  const image = new Tensor('float32', new Float32Array(rows * columns).fill(0.5), [
    1,
    1,
    rows,
    columns,
  ]);
  for (let warm = 0; warm < 3; warm++) await session.run({ image }, ['probability', 'mask']);
  const times: number[] = [];
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    const before = performance.now();
    await session.run({ image }, ['probability', 'mask']);
    times.push(performance.now() - before);
  }
  const elapsed = performance.now() - started;
  await session.release();
  return { medianMs: quantile(times, 0.5), runsPerSecond: (1000 * times.length) / elapsed };
}

/** The value below which the given share lies, by the nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN
  );
}
