import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What a user would write instead of a server: ONNX Runtime alone, on one slice, with as many threads as a server's process. */
export class RawModel {
  readonly #session: InferenceSession;
  readonly #image: Tensor;

  private constructor(session: InferenceSession, image: Tensor) {
    this.#session = session;
    this.#image = image;
  }

  /** Loads a model and runs it three times to warm it up. */
  static async load(
    path: string,
    { threads, rows, columns }: { threads: number; rows: number; columns: number },
  ): Promise<RawModel> {
    const session = await InferenceSession.create(path, {
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      // Otherwise its threads spin for some milliseconds into the next timed request.
      extra: { session: { force_spinning_stop: '1' } },
    });
    const pixels = new Float32Array(rows * columns).fill(0.5);
    const raw = new RawModel(session, new Tensor('float32', pixels, [1, 1, rows, columns]));
    for (let warm = 0; warm < 3; warm++) await raw.run();
    return raw;
  }

  /** Milliseconds of one run. */
  async run(): Promise<number> {
    const started = performance.now();
    await this.#session.run({ image: this.#image }, ['probability', 'mask']);
    return performance.now() - started;
  }

  /** Runs a second when running back to back for some seconds, and the processor time of one run, of all threads together. */
  async throughput(seconds: number): Promise<{ perSecond: number; cpuMs: number }> {
    const started = performance.now();
    const cpuBefore = process.cpuUsage();
    let runs = 0;
    for (; performance.now() - started < seconds * 1000; runs++) await this.run();
    return {
      perSecond: (1000 * runs) / (performance.now() - started),
      cpuMs: cpuMsSince(cpuBefore) / runs,
    };
  }
}

/** Milliseconds of processor time of this process since then. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The value below which the given share lies, by the nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN
  );
}
