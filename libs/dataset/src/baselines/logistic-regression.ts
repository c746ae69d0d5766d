import { Matrix, solve } from 'ml-matrix';

/** A fitted binary logistic regression on standardised features. */
export interface LogisticRegression {
  /** Probability of the positive class. */
  readonly predict: (features: readonly number[]) => number;
  /** The logit is `intercept + Σ slopes · features`, with features before standardisation. */
  readonly intercept: number;
  readonly slopes: readonly number[];
}

/** Newton's method converges quadratically; 25 steps are far more than it needs. */
const mostSteps = 25;
const tolerance = 1e-8;

/**
 * Fits a logistic regression with an L2 penalty by Newton's method (iteratively reweighted least squares; Hastie, Tibshirani,
 * Friedman, "The Elements of Statistical Learning", section 4.4.1). Features are standardised first; the intercept is not
 * penalised. The loss is the summed negative log-likelihood plus `penalty / 2 · ‖w‖²`.
 *
 * @param rows - `[N][F]`
 * @param labels - `[N]`, 0 or 1
 * @param penalty - of the slopes of standardised features
 * @param counts - `[N]`, how often each row counts; default 1
 * @throws {RangeError} without rows, or when rows and labels differ in number.
 */
export function fitLogisticRegression(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  penalty: number,
  counts: readonly number[] = rows.map(() => 1),
): LogisticRegression {
  if (rows.length === 0 || rows.length !== labels.length)
    throw new RangeError(`Expected a label for each row, got ${rows.length} and ${labels.length}`);
  const { means, deviations } = moments(rows);
  const scaler = standardiser(means, deviations);
  const design = new Matrix(rows.map((row) => [1, ...scaler(row)]));
  const size = design.columns;
  const transposed = design.transpose();
  let weights = Matrix.zeros(size, 1);
  for (let step = 0; step < mostSteps; step++) {
    const fitted = design.mmul(weights).to1DArray().map(sigmoid);
    const gradient = transposed.mmul(
      Matrix.columnVector(fitted.map((value, i) => counts[i]! * (value - labels[i]!))),
    );
    const weighted = design.clone();
    for (const [i, value] of fitted.entries())
      weighted.mulRow(i, counts[i]! * Math.max(value * (1 - value), 1e-9));
    const hessian = transposed.mmul(weighted);
    for (let i = 1; i < size; i++) {
      gradient.set(i, 0, gradient.get(i, 0) + penalty * weights.get(i, 0));
      hessian.set(i, i, hessian.get(i, i) + penalty);
    }
    const change = solve(hessian, gradient);
    weights = Matrix.sub(weights, change);
    if (change.norm() < tolerance * (1 + weights.norm())) break;
  }
  const [intercept = 0, ...slopes] = weights.to1DArray();
  const given = slopes.map((slope, j) => (deviations[j]! > constant ? slope / deviations[j]! : 0));
  return {
    slopes: given,
    intercept: given.reduce((sum, slope, j) => sum - slope * means[j]!, intercept),
    predict: (features) =>
      sigmoid(scaler(features).reduce((sum, value, i) => sum + value * slopes[i]!, intercept)),
  };
}

/** A smaller deviation is rounding. */
const constant = 1e-12;

function moments(rows: readonly (readonly number[])[]) {
  const count = rows.length;
  const means = rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / count);
  const deviations = means.map((mean, j) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[j]! - mean) ** 2, 0) / count),
  );
  return { means, deviations };
}

/** Scales each feature to mean 0 and deviation 1; a constant feature becomes 0. */
function standardiser(means: readonly number[], deviations: readonly number[]) {
  return (row: readonly number[]) =>
    row.map((value, j) => (deviations[j]! > constant ? (value - means[j]!) / deviations[j]! : 0));
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
