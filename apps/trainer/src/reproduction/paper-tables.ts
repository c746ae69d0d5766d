/** Positive training pictures of the paper's settings (section 3, "Study Design"). */
export type PositiveSet = 'covid-seg' | 'covid-ct-349' | 'covid-ct-118';

/** One line of the paper's Tables 4 and 5 (arXiv 2003.13865), in per cent as printed. */
export interface PaperRow {
  /** Identifies the row's folder and its rows in result files. */
  readonly id: string;
  readonly title: string;
  /** `classifier` is DenseNet-169 with a linear layer; `joint` is JCS, the paper's Figure 6. */
  readonly network: 'classifier' | 'joint';
  readonly positives: readonly PositiveSet[];
  readonly tables: readonly ('table4' | 'table5')[];
  readonly accuracy: number;
  readonly f1: number;
  readonly auc: number;
}

/** The paper's test set (its Table 2): 173 COVID-19 slices of 4 patients, 168 others of 20. */
export const paperTestSet = { positives: 173, negatives: 168 } as const;

/** The lines of Tables 4 and 5; two are in both. */
export const paperRows: readonly PaperRow[] = [
  {
    id: 'densenet169-covid-seg',
    title: 'DenseNet-169 on COVID-Seg',
    network: 'classifier',
    positives: ['covid-seg'],
    tables: ['table4', 'table5'],
    ...{ accuracy: 64.8, f1: 50.0, auc: 79.5 },
  },
  {
    id: 'densenet169-covid-ct-349',
    title: 'DenseNet-169 on COVID-CT-349',
    network: 'classifier',
    positives: ['covid-ct-349'],
    tables: ['table4', 'table5'],
    ...{ accuracy: 79.5, f1: 76.0, auc: 90.1 },
  },
  {
    id: 'densenet169-covid-ct-118',
    title: 'DenseNet-169 on COVID-CT-118',
    network: 'classifier',
    positives: ['covid-ct-118'],
    tables: ['table4'],
    ...{ accuracy: 57.8, f1: 36.3, auc: 75.2 },
  },
  {
    id: 'densenet169-combination',
    title: 'DenseNet-169 on Combination',
    network: 'classifier',
    positives: ['covid-seg', 'covid-ct-349'],
    tables: ['table5'],
    ...{ accuracy: 74.5, f1: 70.1, auc: 89.8 },
  },
  {
    id: 'jcs-covid-seg',
    title: 'JCS on COVID-Seg',
    network: 'joint',
    positives: ['covid-seg'],
    tables: ['table5'],
    ...{ accuracy: 72.4, f1: 77.5, auc: 95.0 },
  },
  {
    id: 'jcs-combination',
    title: 'JCS on Combination',
    network: 'joint',
    positives: ['covid-seg', 'covid-ct-349'],
    tables: ['table5'],
    ...{ accuracy: 83.3, f1: 84.6, auc: 94.8 },
  },
];

/** Number of test pictures called positive, correctly and wrongly. */
export interface PositiveCalls {
  readonly truePositives: number;
  readonly falsePositives: number;
}

/**
 * The counts compatible with a row's accuracy and F1 on a test set: all pairs whose rounded figures are the printed ones. With
 * TP and FP, accuracy is (TP + N − FP) / (P + N) and F1 is 2 TP / (2 TP + FP + P − TP), COVID being positive.
 */
export function possibleCounts(
  { accuracy, f1 }: Pick<PaperRow, 'accuracy' | 'f1'>,
  { positives, negatives }: { positives: number; negatives: number } = paperTestSet,
): PositiveCalls[] {
  const printed = (value: number) => Math.round(value * 1000) / 10;
  const found: PositiveCalls[] = [];
  for (let truePositives = 0; truePositives <= positives; truePositives++) {
    for (let falsePositives = 0; falsePositives <= negatives; falsePositives++) {
      const right = truePositives + negatives - falsePositives;
      const called = truePositives + falsePositives;
      if (
        printed(right / (positives + negatives)) === accuracy &&
        printed((2 * truePositives) / (called + positives)) === f1
      )
        found.push({ truePositives, falsePositives });
    }
  }
  return found;
}
