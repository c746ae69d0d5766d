import { CtError } from '@groundglass/core';
import type { TargetSample } from '@groundglass/dataset';
import { chooseThreshold, logLoss } from '@groundglass/metrics';
import { measureLabels, type LabelMeasurement } from '../evaluation/measure.js';
import { fitLogisticRegression } from './logistic-regression.js';
import { shortcutFeatures, type ShortcutFeatures } from './shortcut-features.js';

/** What was looked at: where a file comes from, its grey as a whole, or its outer ring. */
export const shortcuts = ['origin', 'grey', 'ring'] as const;
export type Shortcut = (typeof shortcuts)[number];

/** What each shortcut alone reaches on the test samples. */
export type ShortcutFloor = Readonly<Record<Shortcut, LabelMeasurement>>;

/** Strengths of the penalty that validation chooses from. */
const penalties = [0.1, 1, 10, 100, 1000];

/**
 * Measures the floor that a model of CT has to stand above: a logistic regression on features that have nothing to do with lungs,
 * fitted on the training samples, its penalty and its threshold chosen on the validation samples, measured on the others. A score
 * that is not clearly higher may be the picture's origin and not its content (DeGrave et al. 2021, "AI for radiographic COVID-19
 * detection selects shortcuts over signal").
 *
 * @throws {CtError} `CT_BAD_DATASET` when a split has samples of one class only.
 */
export async function shortcutFloor(
  root: string,
  samples: readonly TargetSample[],
  test: readonly TargetSample[],
  onSample?: (done: number, total: number) => void,
): Promise<ShortcutFloor> {
  const train = samples.filter(({ split }) => split === 'train');
  const validation = samples.filter(({ split }) => split === 'val');
  let done = 0;
  const total = train.length + validation.length + test.length;
  const featuresOf = async (part: readonly TargetSample[], name: string) => {
    if (new Set(part.map(({ target }) => target)).size < 2)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected both classes among the ${name} samples for the shortcut floor`,
      );
    const features: ShortcutFeatures[] = [];
    for (const sample of part) {
      features.push(await shortcutFeatures(root, sample));
      onSample?.(++done, total);
    }
    return { features, labels: part.map(({ target }) => target) };
  };
  const fitting = await featuresOf(train, 'training');
  const choosing = await featuresOf(validation, 'validation');
  const measuring = await featuresOf(test, 'measured');
  const measured = shortcuts.map((shortcut) => {
    const pick = (features: readonly ShortcutFeatures[]) => features.map((row) => row[shortcut]);
    const fits = penalties.map((penalty) => {
      const { predict } = fitLogisticRegression(pick(fitting.features), fitting.labels, penalty);
      const probabilities = pick(choosing.features).map(predict);
      return { predict, probabilities, loss: logLoss(choosing.labels, probabilities) };
    });
    const best = fits.reduce((a, b) => (b.loss < a.loss ? b : a));
    const { threshold } = chooseThreshold(choosing.labels, best.probabilities, { kind: 'youden' });
    const probabilities = pick(measuring.features).map(best.predict);
    const patients = test.map(({ source, patient }) => `${source}/${patient}`);
    return [shortcut, measureLabels(measuring.labels, probabilities, patients, threshold)] as const;
  });
  return Object.fromEntries(measured) as unknown as ShortcutFloor;
}
