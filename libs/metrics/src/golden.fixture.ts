import { readFileSync } from 'node:fs';
import type { ConfusionMatrix } from './index.js';

/** The output of golden/make-golden.py, by file. */
export interface Golden {
  classification: readonly ClassificationCase[];
  delong: readonly DelongCase[];
  counts: { readonly wilson: readonly WilsonCase[]; readonly mcnemar: readonly McNemarCase[] };
  bootstrap: BootstrapCase;
  temperature: readonly TemperatureCase[];
  masks: readonly MaskCase[];
}

/** Results of scikit-learn and SciPy for seeded inputs. */
export function golden<Name extends keyof Golden>(name: Name): Golden[Name] {
  const file = new URL(`./golden/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Golden[Name];
}

interface ClassificationCase {
  readonly labels: number[];
  readonly scores: number[];
  readonly matrix: ConfusionMatrix;
  readonly accuracy: number;
  readonly precision: number;
  readonly sensitivity: number;
  readonly specificity: number;
  readonly negativePredictiveValue: number;
  readonly f1: number;
  readonly roc: { readonly fpr: number[]; readonly tpr: number[]; readonly thresholds: number[] };
  readonly auc: number;
  readonly pr: {
    readonly precisions: number[];
    readonly recalls: number[];
    readonly thresholds: number[];
  };
  readonly averagePrecision: number;
  readonly brier: number;
  readonly logLoss: number;
  readonly reliability: {
    readonly fraction: number[];
    readonly mean: number[];
    readonly counts: number[];
  };
  readonly ece: number;
  readonly youden: number;
}

interface DelongCase {
  readonly labels: number[];
  readonly first: number[];
  readonly second: number[];
  readonly auc: number;
  readonly variance: number;
  readonly wald: [number, number];
  readonly logit: [number, number];
  readonly secondAuc: number;
  readonly differenceVariance: number;
  readonly z: number;
  readonly pValue: number;
}

interface WilsonCase {
  readonly successes: number;
  readonly trials: number;
  readonly level: number;
  readonly lower: number;
  readonly upper: number;
}

interface McNemarCase {
  readonly b: number;
  readonly c: number;
  readonly exact: number;
  readonly chi: number;
  readonly chiP: number;
}

interface BootstrapCase {
  readonly patients: number[];
  readonly values: number[];
  readonly percentile: [number, number];
  readonly bca: [number, number];
  readonly standardError: number;
}

interface TemperatureCase {
  readonly labels: number[];
  readonly logits: number[];
  readonly temperature: number;
  readonly lossBefore: number;
  readonly lossAfter: number;
  readonly probabilities: number[];
}

interface MaskCase {
  readonly shape: number[];
  readonly reference: number[];
  readonly prediction: number[];
  readonly dice: number;
  readonly iou: number;
}
