/**
 * Squared Euclidean distance from every voxel to the nearest site, exact, in time linear in the number of
 * voxels: one pass of lower envelopes of parabolas per axis (Felzenszwalb & Huttenlocher 2012), each axis in its
 * own spacing.
 *
 * @param sites - 1 at a site, row-major, last axis fastest; with no site every distance is Infinity
 * @param shape - voxels along each axis
 * @param spacing - distance between neighbours along each axis
 */
export function squaredDistanceTransform(
  sites: Uint8Array,
  shape: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const field = Float64Array.from(sites, (site) => (site === 0 ? Infinity : 0));
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    transformLines(field, length, stride, spacing[axis]!);
    stride *= length;
  }
  return field;
}

/** Replaces every line along one axis by the lower envelope of the parabolas rooted in it. */
function transformLines(
  field: Float64Array,
  length: number,
  stride: number,
  spacing: number,
): void {
  if (length === 1) return;
  const heights = new Float64Array(length);
  const roots = new Int32Array(length); // which parabola holds each stretch of the envelope
  const starts = new Float64Array(length); // where that stretch starts, in voxels
  const square = spacing * spacing;
  const block = stride * length;
  for (let base = 0; base < field.length; base += block) {
    for (let line = base; line < base + stride; line++) {
      let last = -1;
      for (let q = 0; q < length; q++) {
        const height = field[line + q * stride]!;
        heights[q] = height;
        if (height === Infinity) continue;
        let start = -Infinity;
        while (last >= 0) {
          const p = roots[last]!;
          start = (q + p + (height - heights[p]!) / (square * (q - p))) / 2;
          if (start > starts[last]!) break;
          last--;
          start = -Infinity;
        }
        last++;
        roots[last] = q;
        starts[last] = start;
      }
      if (last < 0) continue;
      let stretch = 0;
      for (let q = 0; q < length; q++) {
        while (stretch < last && starts[stretch + 1]! <= q) stretch++;
        const root = roots[stretch]!;
        field[line + q * stride] = (q - root) * (q - root) * square + heights[root]!;
      }
    }
  }
}
