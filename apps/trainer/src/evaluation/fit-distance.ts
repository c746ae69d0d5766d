import type { FeatureDistance } from '@groundglass/nn';

/** Added to each variance, which is about 1: otherwise directions in which the training pictures hardly differ would dominate. */
const shrinkage = 0.2;
/** The bound is this factor beyond the distance within which this share of every source's validation pictures lies. */
const keptShare = 0.98;
const slack = 1.1;
/** A feature that hardly varies is scaled by this share of the largest deviation. */
const leastDeviation = 1e-3;

/**
 * Fits the Mahalanobis distance with a shrunk covariance (Ledoit and Wolf 2004; Lee et al. 2018 use it to detect pictures that a network
 * does not know), and chooses its bound on other pictures.
 *
 * Sources weigh the same, however many pictures they have: a hundred patients of one clinic do not make another's pictures outliers.
 *
 * @param training features of the training pictures by source, `D` each.
 * @param validation features by source of pictures not used for the mean and the covariance.
 * @throws {RangeError} if one of them is empty.
 */
export function fitDistance(
  training: readonly (readonly Float64Array[])[],
  validation: readonly (readonly Float64Array[])[],
): FeatureDistance {
  const size = training[0]?.[0]?.length ?? 0;
  if (size === 0 || validation.flat().length === 0)
    throw new RangeError('Expected features of training and of validation pictures, got none');
  const average = (value: (row: Float64Array) => number) =>
    mean(training.map((rows) => mean(rows.map(value))));
  const center = Float64Array.from({ length: size }, (_, i) => average((row) => row[i]!));
  const deviations = center.map((m, i) => Math.sqrt(average((row) => (row[i]! - m) ** 2)));
  const least = leastDeviation * Math.max(...deviations);
  const scale = deviations.map((deviation) => 1 / Math.max(deviation, least, Number.MIN_VALUE));
  const covariance = new Float64Array(size * size);
  for (const rows of training) {
    const weight = 1 / (rows.length * training.length);
    for (const row of rows) {
      const scaled = row.map((value, i) => (value - center[i]!) * scale[i]!);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) covariance[i * size + j]! += weight * scaled[i]! * scaled[j]!;
      }
    }
  }
  for (let i = 0; i < size; i++) covariance[i * size + i]! += shrinkage;
  const inverse = invertLower(cholesky(covariance, size), size);
  // The root of the mean, not of the sum: the distance does not grow with the number of features.
  const whitening = inverse.map((value, at) => (value * scale[at % size]!) / Math.sqrt(size));
  const kept = validation
    .filter((rows) => rows.length > 0)
    .map((rows) => {
      const distances = rows.map((row) => distanceOf(row, center, whitening)).sort((a, b) => a - b);
      return distances[Math.ceil(keptShare * distances.length) - 1]!;
    });
  return { mean: center, whitening, bound: slack * Math.max(...kept) };
}

/** The distance of one picture before the bound. */
export function distanceOf(
  features: Float64Array,
  center: Float64Array,
  whitening: Float64Array,
): number {
  const size = center.length;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    let value = 0;
    for (let j = 0; j < size; j++) value += whitening[i * size + j]! * (features[j]! - center[j]!);
    sum += value * value;
  }
  return Math.sqrt(sum);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The lower triangle L with `L Lᵀ = A`, of the lower triangle of a symmetric positive definite matrix. */
function cholesky(a: Float64Array, size: number): Float64Array {
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * size + k]! * l[j * size + k]!;
      l[i * size + j] = i === j ? Math.sqrt(sum) : sum / l[j * size + j]!;
    }
  }
  return l;
}

/** The inverse of a lower triangle, column by column by substitution. */
function invertLower(l: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= l[i * size + k]! * inverse[k * size + column]!;
      inverse[i * size + column] = sum / l[i * size + i]!;
    }
  }
  return inverse;
}
