import { brierScore, expectedCalibrationError } from '@groundglass/metrics';
import { table } from '../evaluation/results/tables.js';
import { paperRows, type PaperRow } from './paper-tables.js';
import { baselineTitle, reproductionTable } from './reproduction-table.js';
import type { PatientInterval, ReproductionRow } from './result-row.js';
import { scales, type ScaleName } from './scales.js';

/** Paths of the section's files, relative to the page. */
export const reproductionFiles = {
  rows: 'results/reproduction.jsonl',
  roc: 'images/reproduction-roc.svg',
  calibration: 'images/reproduction-calibration.svg',
} as const;

/**
 * The reproduction of the paper's tables as a section of `docs/results.md`: the paper's figures next to ours, which rows are missing, how
 * each row was made, and what explains differences. Empty without rows.
 */
export function reproductionSection(rows: readonly ReproductionRow[]): string {
  const names = (Object.keys(scales) as ScaleName[]).filter((scale) =>
    rows.some((row) => row.scale === scale),
  );
  if (names.length === 0) return '';
  return [
    '## The paper’s tables, trained here',
    `\`groundglass-trainer reproduce\` trains and measures the rows of the COVID-CT paper’s Tables 4 and 5. Every row, with its command, commit, and the hashes of data, recipe, start and network, is in [\`${reproductionFiles.rows}\`](${reproductionFiles.rows}).`,
    ...names.flatMap((scale) =>
      ofScale(
        scale,
        rows.filter((row) => row.scale === scale),
      ),
    ),
    `![ROC curves of the reproduced rows on the test pictures](${reproductionFiles.roc})`,
    `![Predicted probability against the share of COVID-19 among the test pictures, in ten bins](${reproductionFiles.calibration})`,
  ].join('\n\n');
}

function ofScale(scale: ScaleName, rows: readonly ReproductionRow[]): string[] {
  const trained = paperRows.filter(({ id }) => rows.some(({ row }) => row === id));
  const missing = paperRows.filter((row) => !trained.includes(row));
  return [
    ...(missing.length > 0
      ? [
          `**Incomplete:** ${trained.length} of the ${paperRows.length} rows are trained at the scale \`${scale}\`; ${missing.map(({ title }) => title).join(', ')} ${missing.length === 1 ? 'is' : 'are'} not.`,
        ]
      : []),
    reproductionTable('table5', rows, scale),
    reproductionTable('table4', rows, scale),
    'How each row was trained:',
    runsTable(rows.filter(({ epochs }) => epochs !== null)),
    '**What explains the differences.**',
    explanations(rows)
      .map((line) => `- ${line}`)
      .join('\n'),
  ];
}

function runsTable(rows: readonly ReproductionRow[]): string {
  return table(
    [
      'row',
      'seed',
      'epochs',
      'minutes by the clock',
      'start',
      'validation AUC',
      'threshold',
      'ECE',
      'Brier',
      'network',
      'commit',
    ],
    rows.map((row) => {
      const labels = row.points.map(([label]) => label);
      const probabilities = row.points.map(([, probability]) => probability);
      const scored = (score: (labels: number[], probabilities: number[]) => number) =>
        labels.length === 0 ? '–' : score(labels, probabilities).toFixed(3);
      return [
        paperRows.find(({ id }) => id === row.row)?.title ?? row.row,
        `${row.seed}`,
        `${row.epochs}`,
        row.minutes?.toFixed(0) ?? '–',
        row.start?.file ?? 'random',
        row.validationAuc?.toFixed(3) ?? '–',
        row.test.threshold.toFixed(3),
        scored(expectedCalibrationError),
        scored(brierScore),
        row.model?.slice(0, 12) ?? '–',
        row.commit?.slice(0, 9) ?? '–',
      ];
    }),
  );
}

/** Explanations of the differences, from the rows themselves. */
function explanations(rows: readonly ReproductionRow[]): string[] {
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const test = rows.find(({ epochs }) => epochs !== null)?.test;
  const networks = rows.filter(({ row }) => !row.startsWith('baseline:'));
  const best = rows
    .filter(({ row }) => row.startsWith('baseline:'))
    .sort((a, b) => b.test.auc.value - a.test.auc.value)[0];
  return [
    ...(test
      ? [
          `**Test pictures.** The paper’s are not published. Ours are original CT of like number and make-up: ${test.positives} with COVID-19 and ${test.negatives} without, of ${test.patients} patients. Few of these patients have COVID-19 (four in the published list), so the intervals are wide, and bootstraps over so few patients are still too narrow.`,
        ]
      : []),
    ...(best
      ? [
          `**Origin.** Pictures with and without COVID-19 come from different collections. A logistic regression that never sees a lung (${baselineTitle(best.row)}) reaches an AUC of ${percent(best.test.auc)} on the same pictures: scores near it may come from the origin. ${networks.every(({ test: { auc } }) => auc.value <= best.test.auc.value) ? '**No network here does better, so none of these figures shows that a network looks at lungs.** ' : ''}The paper reports no such baseline.`,
        ]
      : [
          '**Origin.** Pictures with and without COVID-19 come from different collections, so that scores may come from the origin. The baselines that would show it are not measured for these rows yet.',
        ]),
    '**Network, size and epochs** differ as the caption of each table says. The paper does not state its epochs, nor which validation rule chose its epoch.',
    '**Masks.** The paper’s JCS learns from experts’ masks of COVID-Seg. Here JCS learns from another network’s masks of the same slices, since those of the experts are not with them.',
    `**Seeds.** ${seeds === 1 ? 'One seed: how much another would change is not known.' : `${seeds} seeds.`} Nothing was tuned on the test pictures; each network was scored on them once.`,
    ...jointBelow(rows),
    ...compared(rows),
  ];
}

/** Where the joint network scores below the classifier on the same training pictures, unlike in the paper. */
function jointBelow(rows: readonly ReproductionRow[]): string[] {
  const pairs = ['covid-seg', 'combination'].flatMap((data) => {
    const [joint, plain] = [`jcs-${data}`, `densenet169-${data}`].map((id) =>
      rows.find(({ row }) => row === id),
    );
    return joint && plain && joint.test.auc.value < plain.test.auc.value ? [{ joint, plain }] : [];
  });
  if (pairs.length === 0) return [];
  const auc = (of: 'joint' | 'plain') =>
    pairs.map((pair) => pair[of].validationAuc?.toFixed(3) ?? '–').join(' and ');
  return [
    `**JCS below the classifier.** In the paper JCS scores higher, here lower. Its classification branch reads the pyramid (ASPP), whose weights are random at the start; these epochs may be too few for it, which was not tried: validation AUC ${auc('joint')}, where the classifier on the same pictures has ${auc('plain')}.`,
  ];
}

/** For each trained row, whether the paper's AUC is within our interval. */
function compared(rows: readonly ReproductionRow[]): string[] {
  const lines = paperRows.flatMap((paper: PaperRow) =>
    rows
      .filter(({ row }) => row === paper.id)
      .flatMap(({ seed, test: { auc } }) => {
        if (auc.lower === null || auc.upper === null) return [];
        const inside = paper.auc >= 100 * auc.lower && paper.auc <= 100 * auc.upper;
        return [
          `${paper.title}${seed === 1 ? '' : ` (seed ${seed})`}: the paper’s ${paper.auc.toFixed(1)} is ${inside ? 'inside' : 'outside'} ${percent(auc)}`,
        ];
      }),
  );
  return lines.length === 0 ? [] : [`**AUC against the paper.** ${lines.join('; ')}.`];
}

function percent({ value, lower, upper }: PatientInterval): string {
  const show = (x: number) => (100 * x).toFixed(1);
  return lower === null || upper === null
    ? show(value)
    : `${show(value)} (${show(lower)}–${show(upper)})`;
}
