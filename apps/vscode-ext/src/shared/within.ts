import { CtError } from '@groundglass/core/errors';

/**
 * Runs work that must show a sign of life at least every `ms`: its signal fires on the caller's abort and on silence.
 *
 * @param work receives the signal, and `alive` to call at each sign.
 * @throws {CtError} `CT_TIMEOUT` after silence; else what the work throws.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silence.abort();
    }, ms);
  };
  alive();
  try {
    const signals = [silence.signal, ...(signal ? [signal] : [])];
    return await work(AbortSignal.any(signals), alive);
  } catch (error) {
    if (!silence.signal.aborted || signal?.aborted) throw error;
    throw new CtError('CT_TIMEOUT', `Expected an answer within ${ms / 1000} s, got none`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
