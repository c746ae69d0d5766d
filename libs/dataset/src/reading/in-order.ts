/**
 * Runs `work` on every item, `atOnce` at a time, and yields the results in the items' order; at most `atOnce` results wait.
 */
export async function* inOrder<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<[T, R]> {
  const running: Promise<R>[] = [];
  for (let next = 0, done = 0; done < items.length; done++) {
    while (next < items.length && running.length < atOnce) {
      const started = work(items[next++]!);
      // Avoids an unhandledRejection when a later one fails while an earlier one is awaited; it is awaited in its turn.
      started.catch(() => undefined);
      running.push(started);
    }
    yield [items[done]!, await running.shift()!];
  }
}
