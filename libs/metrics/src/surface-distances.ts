import type { Numbers } from './check.js';
import { checkBinary, checkNotEmpty, checkSameLength } from './check.js';
import { squaredDistanceTransform } from './distance-transform.js';
import { quantile } from './quantile.js';

/** Where the voxels of a mask lie. */
export interface MaskGrid {
  /** `[rows, columns]` for a slice, `[slices, rows, columns]` for a volume; the last axis runs fastest. */
  readonly shape: readonly number[];
  /** Distance of voxel centres along each axis of `shape`, mm. */
  readonly spacing: readonly number[];
}

/** Distances (mm, ascending) from each surface voxel of one mask to the nearest of the other. */
export interface SurfaceDistances {
  readonly fromReference: Float64Array;
  readonly fromPrediction: Float64Array;
}

/**
 * Distances between the surfaces of two masks (0 or 1). The surface of a mask is its voxels with a neighbour
 * along an axis outside the mask or the image (mask minus its erosion, as MONAI and medpy take it); distances
 * run between voxel centres. A volume of one slice is all surface: give a slice a two-axis shape.
 *
 * Where one mask is empty the other's distances are Infinity; where both are, there are none. The functions
 * below turn that into the stated rule.
 *
 * @throws {RangeError} on a shape of other than 2 or 3 axes, sizes or spacings that are not positive, masks of
 * another length, or a value other than 0 and 1.
 */
export function surfaceDistances(
  reference: Numbers,
  prediction: Numbers,
  grid: MaskGrid,
): SurfaceDistances {
  checkGrid(reference, prediction, grid);
  // Every surface voxel lies in the box around both masks, so no distance needs the rest of the volume.
  const box = boundingBox(reference, prediction, grid.shape);
  if (!box) return { fromReference: new Float64Array(0), fromPrediction: new Float64Array(0) };
  const shape = box.map(({ start, end }) => end - start);
  const referenceSurface = surface(crop(reference, grid.shape, box), shape);
  const predictionSurface = surface(crop(prediction, grid.shape, box), shape);
  return {
    fromReference: distances(referenceSurface, predictionSurface, shape, grid.spacing),
    fromPrediction: distances(predictionSurface, referenceSurface, shape, grid.spacing),
  };
}

/**
 * {@link surfaceDistances} within each slice of a volume, slice by slice (`shape` and `spacing` of three axes).
 *
 * @throws {RangeError} as `surfaceDistances` does, or on a shape of other than three axes.
 */
export function surfaceDistancesBySlice(
  reference: Numbers,
  prediction: Numbers,
  grid: MaskGrid,
): SurfaceDistances[] {
  if (grid.shape.length !== 3) {
    throw new RangeError(
      `Expected shape to be [slices, rows, columns], got ${grid.shape.length} axes`,
    );
  }
  checkGrid(reference, prediction, grid);
  const [slices, rows, columns] = grid.shape;
  const size = rows! * columns!;
  const inSlice = { shape: grid.shape.slice(1), spacing: grid.spacing.slice(1) };
  const cut = (mask: Numbers, slice: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => mask[slice * size + i]!);
  return Array.from({ length: slices! }, (_, slice) =>
    surfaceDistances(cut(reference, slice), cut(prediction, slice), inSlice),
  );
}

/**
 * Hausdorff distance, mm: the larger of the two directed distances, each the given percentile over its surface
 * (100 the maximum; 95 the robust HD95, the larger of two percentiles as in MONAI, not the percentile of both
 * pooled as in medpy). Two empty masks: 0. One empty mask: Infinity.
 *
 * @throws {RangeError} unless `0 < percentile <= 100`.
 */
export function hausdorffDistance(
  { fromReference, fromPrediction }: SurfaceDistances,
  percentile = 100,
): number {
  if (!(percentile > 0 && percentile <= 100)) {
    throw new RangeError(`Expected percentile in (0, 100], got ${percentile}`);
  }
  const directed = [fromReference, fromPrediction].map((sorted) =>
    sorted.length === 0 ? 0 : quantile(sorted, percentile / 100),
  );
  return Math.max(...directed);
}

/** HD95, mm: {@link hausdorffDistance} at the 95th percentile. Two empty masks: 0. One: Infinity. */
export function hausdorffDistance95(surfaces: SurfaceDistances): number {
  return hausdorffDistance(surfaces, 95);
}

/**
 * Average symmetric surface distance, mm: the mean over the surface voxels of both masks together (MONAI's and
 * medpy's symmetric form). Two empty masks: 0. One empty mask: Infinity.
 */
export function averageSurfaceDistance({
  fromReference,
  fromPrediction,
}: SurfaceDistances): number {
  const count = fromReference.length + fromPrediction.length;
  if (count === 0) return 0;
  let sum = 0;
  for (const distance of fromReference) sum += distance;
  for (const distance of fromPrediction) sum += distance;
  return sum / count;
}

/**
 * Surface Dice at a tolerance (Nikolov et al. 2021): the share of both masks' surface voxels that lie within
 * `tolerance` mm, inclusive, of the other surface. Voxels count equally, as in MONAI; DeepMind's own code weighs
 * them by area. Two empty masks: 1. One empty mask: 0.
 *
 * @throws {RangeError} unless `tolerance >= 0`.
 */
export function surfaceDice(
  { fromReference, fromPrediction }: SurfaceDistances,
  tolerance: number,
): number {
  if (!(tolerance >= 0 && tolerance < Infinity)) {
    throw new RangeError(`Expected tolerance >= 0 and finite, got ${tolerance}`);
  }
  const count = fromReference.length + fromPrediction.length;
  if (count === 0) return 1;
  // A distance equal to the tolerance but for rounding is within it.
  const limit = tolerance * (1 + 1e-9);
  const isWithin = (distance: number): boolean => distance <= limit;
  return (fromReference.filter(isWithin).length + fromPrediction.filter(isWithin).length) / count;
}

/**
 * Diagonal of the field of view, mm: the largest distance two surfaces could have. Challenges (BraTS) put it in
 * the place of the infinite distance of a missed lesion before averaging.
 */
export function fieldDiagonal({ shape, spacing }: MaskGrid): number {
  return Math.hypot(...shape.map((size, axis) => (size - 1) * spacing[axis]!));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function checkGrid(reference: Numbers, prediction: Numbers, { shape, spacing }: MaskGrid): void {
  if (shape.length !== 2 && shape.length !== 3) {
    throw new RangeError(`Expected shape of 2 or 3 axes, got ${shape.length}`);
  }
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw new RangeError(`Expected shape of positive integers, got [${shape.join(', ')}]`);
  }
  if (spacing.length !== shape.length) {
    throw new RangeError(`Expected spacing of ${shape.length} axes, got ${spacing.length}`);
  }
  if (!spacing.every((step) => step > 0 && step < Infinity)) {
    throw new RangeError(`Expected spacing > 0 and finite, got [${spacing.join(', ')}]`);
  }
  checkNotEmpty('reference', reference);
  checkSameLength('reference', reference, 'prediction', prediction);
  const size = shape.reduce((product, length) => product * length, 1);
  if (reference.length !== size) {
    throw new RangeError(
      `Expected masks of ${shape.join(' x ')} = ${size} voxels, got ${reference.length}`,
    );
  }
  checkBinary('reference', reference);
  checkBinary('prediction', prediction);
}

/** The smallest box that holds every voxel of either mask; undefined where both are empty. */
function boundingBox(
  reference: Numbers,
  prediction: Numbers,
  shape: readonly number[],
): Span[] | undefined {
  const [slices, rows, columns] = asVolume(shape);
  const low = [Infinity, Infinity, Infinity];
  const high = [-1, -1, -1];
  let i = 0;
  for (let z = 0; z < slices; z++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, i++) {
        if (reference[i] === 0 && prediction[i] === 0) continue;
        if (z < low[0]!) low[0] = z;
        if (y < low[1]!) low[1] = y;
        if (x < low[2]!) low[2] = x;
        if (z > high[0]!) high[0] = z;
        if (y > high[1]!) high[1] = y;
        if (x > high[2]!) high[2] = x;
      }
    }
  }
  if (high[0]! < 0) return undefined;
  const box = low.map((start, axis) => ({ start, end: high[axis]! + 1 }));
  return box.slice(3 - shape.length);
}

function crop(mask: Numbers, shape: readonly number[], box: readonly Span[]): Uint8Array {
  const [, rows, columns] = asVolume(shape);
  const [z, y, x] = box.length === 2 ? [{ start: 0, end: 1 }, ...box] : box;
  const width = x!.end - x!.start;
  const cropped = new Uint8Array((z!.end - z!.start) * (y!.end - y!.start) * width);
  let to = 0;
  for (let slice = z!.start; slice < z!.end; slice++) {
    for (let row = y!.start; row < y!.end; row++) {
      const from = (slice * rows + row) * columns + x!.start;
      for (let i = 0; i < width; i++) cropped[to++] = mask[from + i]!;
    }
  }
  return cropped;
}

/** Mask voxels with an axis neighbour outside. The box is tight, so its faces border on background. */
function surface(mask: Uint8Array, shape: readonly number[]): Uint8Array {
  const edge = new Uint8Array(mask.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue;
      const position = Math.floor(i / stride) % length;
      const isInside =
        position > 0 && position < length - 1 && mask[i - stride] === 1 && mask[i + stride] === 1;
      if (!isInside) edge[i] = 1;
    }
    stride *= length;
  }
  return edge;
}

function distances(
  from: Uint8Array,
  to: Uint8Array,
  shape: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const squared = squaredDistanceTransform(to, shape, spacing);
  const found: number[] = [];
  for (let i = 0; i < from.length; i++) if (from[i] === 1) found.push(Math.sqrt(squared[i]!));
  return Float64Array.from(found).sort();
}

function asVolume(shape: readonly number[]): readonly [number, number, number] {
  const [slices, rows, columns] = shape.length === 2 ? [1, ...shape] : shape;
  return [slices!, rows!, columns!];
}
