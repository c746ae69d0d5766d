/**
 * Lets the thread do other work periodically during a long computation: draw, respond, notice that it was cancelled.
 *
 * @returns a function to await often; it only waits if the last pause was more than `every` milliseconds ago.
 */
export function breather(every = 50): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < every) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
