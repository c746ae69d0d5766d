import { TrainerError } from '../errors.js';

/**
 * The value of a flag that takes a whole number.
 *
 * @throws {TrainerError} `TRAIN_BAD_OPTION` if `text` is not a whole number, or less than `least`.
 */
export function wholeNumber(flag: string, text: string, least: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected ${flag} of a whole number from ${least}, got "${text}"`,
    );
  return value;
}
