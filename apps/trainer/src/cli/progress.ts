import { SingleBar } from 'cli-progress';
import type { Progress } from '../training/train.js';

/** Shows a bar on a terminal, and a line an epoch elsewhere. */
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
      } else if (done === total && phase === 'train') {
        console.error(`epoch ${epoch + 1}/${epochs}  loss ${values.loss}  ${values.rate} images/s`);
      }
      current = key;
    },
    close: () => bar?.stop(),
  };
}

/** Shows a count in the terminal's current line, in place of the one before; nothing elsewhere. */
export function showCount(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
