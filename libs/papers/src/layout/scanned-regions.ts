import type { PageBox } from '../geometry.js';
import { shrink, toGrey, type Pixels } from '../pdf/pixels.js';
import { solidRegions } from '../panels/solid-regions.js';

/** Longer side of the picture in which regions are searched. */
const side = 700;

/**
 * Pictures on a scanned page: solid regions that are not paper. The opening removes text, whose strokes are thin.
 *
 * @param page the whole page as pixels.
 * @param box its position, in points.
 */
export function scannedRegions(page: Pixels, box: PageBox): PageBox[] {
  const small = shrink(page, side);
  const grey = toGrey(small);
  const paper = paperGrey(grey);
  const mask = new Uint8Array(grey.length);
  for (let i = 0; i < mask.length; i++) if (grey[i]! < paper - 0.14) mask[i] = 1;
  const [sx, sy] = [(box[2] - box[0]) / small.columns, (box[3] - box[1]) / small.rows];
  return solidRegions(mask, small, 7)
    .filter(({ columns, rows }) => columns > 0.07 * small.columns && rows > 0.05 * small.rows)
    .filter(({ columns, rows }) => columns * rows < 0.85 * small.columns * small.rows)
    .map(({ left, top, columns, rows }): PageBox => [
      box[0] + left * sx,
      box[1] + top * sy,
      box[0] + (left + columns) * sx,
      box[1] + (top + rows) * sy,
    ]);
}

/** The brightest grey that is frequent. */
function paperGrey(grey: Float32Array): number {
  const bins = new Uint32Array(64);
  for (const value of grey) bins[Math.min(63, Math.floor(value * 64))]!++;
  for (let bin = 63; bin > 20; bin--) if (bins[bin]! > 0.05 * grey.length) return (bin + 0.5) / 64;
  return 1;
}
