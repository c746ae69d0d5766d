import type { Outline, Point } from './outline.js';

/** A tissue's Hounsfield units: a number, or a function of the position (mm in the slice). */
export type Tissue = number | ((x: number, y: number) => number);

/** A slice's position and resolution. */
export interface SliceGrid {
  readonly columns: number;
  readonly rows: number;
  /** Size of a pixel in mm. */
  readonly pixel: number;
  /** Centre of the first pixel, in mm. */
  readonly origin: Point;
}

/**
 * One slice that tissues are painted on, later ones over earlier ones. Edges are antialiased by the exact area of each pixel that the
 * outline covers: the partial volume of a scanner. Painting a tissue removes it from the lung.
 */
export class SliceCanvas {
  /** Hounsfield units. */
  readonly hu: Float32Array;
  /** Share of lung in each pixel, 0 to 1. */
  readonly lung: Float32Array;
  readonly #area: Float32Array;

  constructor(readonly grid: SliceGrid) {
    const length = grid.columns * grid.rows;
    this.hu = new Float32Array(length).fill(-1000);
    this.lung = new Float32Array(length);
    this.#area = new Float32Array((grid.columns + 2) * grid.rows);
  }

  /** Paints an outline; `within` limits it to a coverage, `opacity` makes it thinner than the slice. */
  fill(
    outline: Outline,
    tissue: Tissue,
    options: { within?: Float32Array; opacity?: number; lung?: boolean } = {},
  ): void {
    const { within, opacity = 1, lung = false } = options;
    this.coverage(outline, (i, covered, x, y) => {
      const a = covered * opacity * (within?.[i] ?? 1);
      if (a <= 0) return;
      const value = typeof tissue === 'number' ? tissue : tissue(x, y);
      this.hu[i]! += a * (value - this.hu[i]!);
      this.lung[i]! += a * ((lung ? 1 : 0) - this.lung[i]!);
    });
  }

  /**
   * Paints a round rod seen from above: the pixels within `radius` of the line from `a` to `b`. The lung keeps its share: a
   * radiologist's lung mask includes its vessels and airways.
   */
  rod(
    a: Point,
    b: Point,
    radius: number,
    tissue: number,
    options: { within?: Float32Array; opacity?: number } = {},
  ): void {
    const { columns, rows, pixel, origin } = this.grid;
    const { within, opacity = 1 } = options;
    const reach = radius + pixel;
    const left = Math.max(0, Math.floor((Math.min(a[0], b[0]) - reach - origin[0]) / pixel));
    const right = Math.min(
      columns - 1,
      Math.ceil((Math.max(a[0], b[0]) + reach - origin[0]) / pixel),
    );
    const top = Math.max(0, Math.floor((Math.min(a[1], b[1]) - reach - origin[1]) / pixel));
    const bottom = Math.min(
      rows - 1,
      Math.ceil((Math.max(a[1], b[1]) + reach - origin[1]) / pixel),
    );
    const dx = b[0] - a[0];
    const dy = b[1] - a[1];
    const square = dx * dx + dy * dy;
    // A rod thinner than a pixel covers no pixel entirely.
    const thin = Math.min(1, (2 * radius) / pixel);
    for (let row = top; row <= bottom; row++) {
      const y = origin[1] + row * pixel - a[1];
      for (let column = left; column <= right; column++) {
        const x = origin[0] + column * pixel - a[0];
        const t = square > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / square)) : 0;
        const ex = x - t * dx;
        const ey = y - t * dy;
        const distance = Math.sqrt(ex * ex + ey * ey);
        const covered = Math.min(1, Math.max(0, (radius - distance) / pixel + 0.5)) * thin;
        if (covered <= 0) continue;
        const i = row * columns + column;
        const alpha = covered * opacity * (within?.[i] ?? 1);
        this.hu[i]! += alpha * (tissue - this.hu[i]!);
      }
    }
  }

  /**
   * Calls `visit` for each pixel that the outline covers, with the covered share and the pixel's centre in mm. Signed areas are
   * summed along each row, the way font rasterisers do (Raph Levien, "font-rs").
   */
  coverage(
    outline: Outline,
    visit: (i: number, covered: number, x: number, y: number) => void,
  ): void {
    const { columns, rows, pixel, origin } = this.grid;
    const width = columns + 2;
    let top = rows;
    let bottom = -1;
    const px = outline.map(([x]) => Math.min(columns, Math.max(0, (x - origin[0]) / pixel + 0.5)));
    const py = outline.map(([, y]) => (y - origin[1]) / pixel + 0.5);
    for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
      const upward = py[j]! > py[i]!;
      const [x0, y0, x1, y1] = upward
        ? [px[i]!, py[i]!, px[j]!, py[j]!]
        : [px[j]!, py[j]!, px[i]!, py[i]!];
      if (y1 <= 0 || y0 >= rows || y0 === y1) continue;
      const first = Math.max(0, Math.floor(y0));
      const last = Math.min(rows - 1, Math.ceil(y1) - 1);
      top = Math.min(top, first);
      bottom = Math.max(bottom, last);
      for (let row = first; row <= last; row++) {
        const from = Math.max(y0, row);
        const to = Math.min(y1, row + 1);
        if (to <= from) continue;
        const xa = x0 + ((x1 - x0) * (from - y0)) / (y1 - y0);
        const xb = x0 + ((x1 - x0) * (to - y0)) / (y1 - y0);
        this.#edge(row * width, Math.min(xa, xb), Math.max(xa, xb), upward ? to - from : from - to);
      }
    }
    for (let row = top; row <= bottom; row++) {
      const y = origin[1] + row * pixel;
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        const at = row * width + column;
        sum += this.#area[at]!;
        this.#area[at] = 0;
        const covered = Math.min(1, Math.abs(sum));
        if (covered > 1e-4) visit(row * columns + column, covered, origin[0] + column * pixel, y);
      }
      this.#area[row * width + columns] = 0;
      this.#area[row * width + columns + 1] = 0;
    }
  }

  /** Adds an edge of height `dy` between `xa` and `xb` to the row that starts at `base`: each pixel to its right is covered. */
  #edge(base: number, xa: number, xb: number, dy: number): void {
    const first = Math.floor(xa);
    const last = Math.floor(xb);
    if (first === last) {
      const middle = (xa + xb) / 2 - first;
      this.#area[base + first]! += dy * (1 - middle);
      this.#area[base + first + 1]! += dy * middle;
      return;
    }
    const slope = dy / (xb - xa);
    let before = 0;
    for (let column = first; column <= last; column++) {
      const from = Math.max(xa, column);
      const to = Math.min(xb, column + 1);
      // Area right of the edge in this column, and what the columns further right get in full.
      const here = slope * (to - from) * (column + 1 - (from + to) / 2) + slope * (from - xa);
      this.#area[base + column]! += here - before;
      before = here;
    }
    this.#area[base + last + 1]! += dy - before;
  }
}
