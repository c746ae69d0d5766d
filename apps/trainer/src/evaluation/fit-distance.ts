import type { FeatureDistance } from '@groundglass/nn';

/** Added to each variance, which is about 1: without it directions in which the training pictures hardly differ would decide alone. */
const shrinkage = 0.2;
/** The bound is this far beyond the distance that this share of the validation pictures keep. */
const keptShare = 0.98;
const slack = 1.1;
/** A feature that hardly varies is scaled by this share of the largest deviation. */
const leastDeviation = 1e-3;

/**
 * Fits the distance of Mahalanobis with a shrunk covariance (Ledoit and Wolf 2004; Lee et al. 2018 use it to find pictures that a network
 * does not know), and chooses its bound on other pictures.
 *
 * @param training features of the training pictures, `D` each.
 * @param validation features of pictures that the mean and the covariance do not come from.
 * @throws {RangeError} where one of them is empty.
 */
export function fitDistance(
  training: readonly Float64Array[],
  validation: readonly Float64Array[],
): FeatureDistance {
  const size = training[0]?.length ?? 0;
  if (size === 0 || validation.length === 0)
    throw new RangeError('Expected features of training and of validation pictures, got none');
  const mean = Float64Array.from({ length: size }, (_, i) => average(training, (row) => row[i]!));
  const deviations = Float64Array.from(mean, (m, i) =>
    Math.sqrt(average(training, (row) => (row[i]! - m) ** 2)),
  );
  const least = leastDeviation * Math.max(...deviations);
  const scale = deviations.map((deviation) => 1 / Math.max(deviation, least, Number.MIN_VALUE));
  const scaled = training.map((row) => row.map((value, i) => (value - mean[i]!) * scale[i]!));
  const covariance = new Float64Array(size * size);
  for (const row of scaled) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) covariance[i * size + j]! += (row[i]! * row[j]!) / scaled.length;
    }
  }
  for (let i = 0; i < size; i++) covariance[i * size + i]! += shrinkage;
  const inverse = invertLower(cholesky(covariance, size), size);
  // The root of the mean, not of the sum: the distance does not grow with the number of features.
  const whitening = inverse.map((value, at) => (value * scale[at % size]!) / Math.sqrt(size));
  const distances = validation.map((row) => distanceOf(row, mean, whitening)).sort((a, b) => a - b);
  const kept = distances[Math.ceil(keptShare * distances.length) - 1]!;
  return { mean, whitening, bound: slack * kept };
}

/** The distance of one picture before the bound. */
export function distanceOf(
  features: Float64Array,
  mean: Float64Array,
  whitening: Float64Array,
): number {
  const size = mean.length;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    let value = 0;
    for (let j = 0; j < size; j++) value += whitening[i * size + j]! * (features[j]! - mean[j]!);
    sum += value * value;
  }
  return Math.sqrt(sum);
}

function average(rows: readonly Float64Array[], value: (row: Float64Array) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
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
