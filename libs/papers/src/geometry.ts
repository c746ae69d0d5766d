/** A box in points (1/72 inch) on the page as it is read, origin top left: `[left, top, right, bottom]`. */
export type PageBox = readonly [left: number, top: number, right: number, bottom: number];

export function width(box: PageBox): number {
  return box[2] - box[0];
}

export function height(box: PageBox): number {
  return box[3] - box[1];
}

export function area(box: PageBox): number {
  return Math.max(0, width(box)) * Math.max(0, height(box));
}

/** The smallest box around both. */
export function union(a: PageBox, b: PageBox): PageBox {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** The smallest box around all; undefined if there is none. */
export function unionAll(boxes: readonly PageBox[]): PageBox | undefined {
  return boxes.length === 0 ? undefined : boxes.reduce(union);
}

/** The intersection of both; width or height is negative if it is empty. */
export function intersection(a: PageBox, b: PageBox): PageBox {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
}

export function overlapArea(a: PageBox, b: PageBox): number {
  const common = intersection(a, b);
  return width(common) > 0 && height(common) > 0 ? width(common) * height(common) : 0;
}

/** Overlap along x as a share of the narrower box. */
export function horizontalOverlap(a: PageBox, b: PageBox): number {
  const common = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  return common / Math.max(1e-6, Math.min(width(a), width(b)));
}

/** Overlap along y as a share of the lower box. */
export function verticalOverlap(a: PageBox, b: PageBox): number {
  const common = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return common / Math.max(1e-6, Math.min(height(a), height(b)));
}

export function grow(box: PageBox, by: number): PageBox {
  return [box[0] - by, box[1] - by, box[2] + by, box[3] + by];
}

/** Whether `inner` is inside `outer`, up to `slack` points. */
export function contains(outer: PageBox, inner: PageBox, slack = 0): boolean {
  return (
    inner[0] >= outer[0] - slack &&
    inner[1] >= outer[1] - slack &&
    inner[2] <= outer[2] + slack &&
    inner[3] <= outer[3] + slack
  );
}

/** An affine map as PDF writes it: `x' = a x + c y + e`, `y' = b x + d y + f`. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** First `first`, then `second`. */
export function concat(first: Matrix, second: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = second;
  return [
    a * A + b * C,
    a * B + b * D,
    c * A + d * C,
    c * B + d * D,
    e * A + f * C + E,
    e * B + f * D + F,
  ];
}

export function apply([a, b, c, d, e, f]: Matrix, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** The box around the four mapped corners. */
export function mapBox(matrix: Matrix, [x0, y0, x1, y1]: PageBox): PageBox {
  const corners = [
    apply(matrix, x0, y0),
    apply(matrix, x1, y0),
    apply(matrix, x0, y1),
    apply(matrix, x1, y1),
  ];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
