/**
 * Runs `work` on every item, `atOnce` at a time, and yields the outcomes in the items' order; no more than `atOnce` outcomes wait.
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
      // A later one may fail while an earlier one is awaited: its turn to be awaited comes.
      started.catch(() => undefined);
      running.push(started);
    }
    yield [items[done]!, await running.shift()!];
  }
}
