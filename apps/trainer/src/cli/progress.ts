import { SingleBar } from 'cli-progress';
import type { Progress } from '../training/train.js';

/** Seconds between two lines if there is no terminal to draw a bar on. */
const lineSeconds = 30;

/** Shows a bar on a terminal; elsewhere a line at the end of each phase, and every half minute of a long one. */
export function progressReporter(epochs: number): {
  show: (progress: Progress) => void;
  close: () => void;
} {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format:
          'epoch {epoch}/{epochs} {phase} |{bar}| {value}/{total}  loss {loss}  {rate} images/s  {eta_formatted} left',
        stream: process.stderr,
        hideCursor: true,
      })
    : undefined;
  let current = '';
  let printed = performance.now();
  return {
    show({ phase, epoch, done, total, loss, imagesPerSecond }) {
      const values = {
        epoch: epoch + 1,
        epochs,
        phase,
        loss: loss.toFixed(4),
        rate: imagesPerSecond.toFixed(1),
      };
      const key = `${epoch}/${phase}`;
      if (bar) {
        if (key !== current) bar.start(total, done, values);
        else bar.update(done, values);
      } else if (done === total || performance.now() - printed > lineSeconds * 1000) {
        printed = performance.now();
        const rate = phase === 'train' ? `  loss ${values.loss}  ${values.rate} images/s` : '';
        console.error(`epoch ${epoch + 1}/${epochs}  ${phase} ${done}/${total}${rate}`);
      }
      current = key;
    },
    close: () => bar?.stop(),
  };
}

let counted = performance.now();

/** Updates a count in the terminal's current line; elsewhere prints a line every half minute. */
export function showCount(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== '' && performance.now() - counted > lineSeconds * 1000) {
    counted = performance.now();
    console.error(text);
  }
}
