/** Any array of numbers, typed or not. */
export type Numbers = ArrayLike<number>;

/** @throws {RangeError} when there is nothing to measure. */
export function checkNotEmpty(name: string, values: ArrayLike<unknown>): void {
  if (values.length === 0) throw new RangeError(`Expected ${name} to hold at least 1 value, got 0`);
}

/** @throws {RangeError} when two parallel arrays differ in length. */
export function checkSameLength(
  name: string,
  values: ArrayLike<unknown>,
  otherName: string,
  other: ArrayLike<unknown>,
): void {
  if (values.length !== other.length) {
    throw new RangeError(
      `Expected ${otherName} to be as long as ${name} (${values.length}), got length ${other.length}`,
    );
  }
}

/** @throws {RangeError} unless every value is 0 or 1; names the first that is not. */
export function checkBinary(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== 0 && value !== 1) {
      throw new RangeError(`Expected ${name} to be 0 or 1, got ${value} at index ${i}`);
    }
  }
}

/** @throws {RangeError} on NaN or an infinity; names the first one. */
export function checkFinite(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`Expected ${name} to be finite, got ${values[i]!} at index ${i}`);
    }
  }
}

function checkProbabilities(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`Expected ${name} in [0, 1], got ${value} at index ${i}`);
    }
  }
}

/** @throws {RangeError} unless `0 < value < 1`, as a confidence level must be. */
export function checkOpenUnit(name: string, value: number): void {
  if (!(value > 0 && value < 1)) {
    throw new RangeError(`Expected ${name} between 0 and 1 (both excluded), got ${value}`);
  }
}

/** @throws {RangeError} unless the value is an integer of at least `minimum`. */
export function checkInteger(name: string, value: number, minimum: number): void {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw new RangeError(`Expected ${name} to be an integer of at least ${minimum}, got ${value}`);
  }
}

/** Labels (0 or 1) with one finite score each: the argument pair that most functions here take. */
export function checkLabelledScores(labels: Numbers, scores: Numbers): void {
  checkNotEmpty('labels', labels);
  checkSameLength('labels', labels, 'scores', scores);
  checkBinary('labels', labels);
  checkFinite('scores', scores);
}

/** Labels (0 or 1) with one probability of the positive class each. */
export function checkLabelledProbabilities(labels: Numbers, probabilities: Numbers): void {
  checkNotEmpty('labels', labels);
  checkSameLength('labels', labels, 'probabilities', probabilities);
  checkBinary('labels', labels);
  checkProbabilities('probabilities', probabilities);
}
