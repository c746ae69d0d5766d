import { SingleBar } from 'cli-progress';
import type { DatasetProgress } from '@groundglass/dataset';

/** Milliseconds between two lines if there is no terminal to draw a bar on. */
const between = 5000;

/** Shows a bar on a terminal, and elsewhere a line every five seconds and at the end of a phase. */
export function datasetProgress(): {
  show: (progress: DatasetProgress) => void;
  close: () => void;
} {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: '{phase} |{bar}| {value}/{total}  {eta_formatted} left',
        stream: process.stderr,
        hideCursor: true,
      })
    : undefined;
  let [phase, shown] = ['', performance.now()];
  return {
    show(progress) {
      const { done, total } = progress;
      const isNew = progress.phase !== phase;
      phase = progress.phase;
      if (bar) {
        if (isNew) bar.start(total ?? done, done, { phase });
        if (total !== undefined) bar.setTotal(total);
        bar.update(done, { phase });
        return;
      }
      const now = performance.now();
      const ends = done === total && total > 1;
      if (!ends && now - shown < between) return;
      shown = now;
      console.error(`${phase} ${done}${total === undefined ? '' : ` of ${total}`}`);
    },
    close: () => bar?.stop(),
  };
}

/** Aborts the work at Ctrl+C; a second one ends the process at once. */
export function stopAtInterrupt(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort();
  });
  return stop.signal;
}
