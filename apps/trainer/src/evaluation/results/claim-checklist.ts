import type { ReproductionRow } from '../../reproduction/result-row.js';
import type { Publication } from './publication.js';
import { table } from './tables.js';

type State = 'done' | 'in part' | 'not done' | 'for the authors';
type Item = readonly [section: string, item: string, state: State, where: string];

const card = (publication: Publication) =>
  `[model card](../models/${publication.model.name}/${publication.model.version}/README.md)`;
const page = '[results](results.md)';

/**
 * The Checklist for Artificial Intelligence in Medical Imaging (Mongan, Moy and Kahn, Radiology: AI 2020, doi 10.1148/ryai.2020200029), 42 items,
 * filled from a publication, as Markdown: `docs/claim-checklist.md`. What only a study's authors know is left to them.
 */
export function renderClaimChecklist(
  publication: Publication,
  reproduced: readonly ReproductionRow[] = [],
): string {
  const { model, command } = publication;
  const rows = items(publication, reproduced);
  const count = (state: State) => rows.filter((row) => row[2] === state).length;
  return `<!-- Written by \`${command}\`; change that, not this. -->

# CLAIM checklist of ${model.name}, version ${model.version}

The 42 items of CLAIM (Mongan, Moy and Kahn 2020, [doi 10.1148/ryai.2020200029](https://doi.org/10.1148/ryai.2020200029)), filled as far as the files of this model say:
${count('done')} done, ${count('in part')} in part, ${count('not done')} not done, ${count('for the authors')} for the authors of a study that uses it. The items are in our words.

${table(
  ['', 'section', 'item', 'state', 'where, or what is missing'],
  rows.map(([section, item, state, where], i) => [`${i + 1}`, section, item, state, where]),
)}
`;
}

function items(publication: Publication, reproduced: readonly ReproductionRow[]): Item[] {
  const { runs, results, calibration } = publication;
  const run = runs.at(-1);
  const datasets = run?.inputs.datasets ?? [];
  // No file records how the other datasets were made.
  const isPublished = run !== undefined && 'covid-ct' in run.inputs.samples;
  const asPublished = (state: State, where: string): [State, string] =>
    isPublished ? [state, where] : ['for the authors', 'The files of the datasets do not say it.'];
  const names = datasets.map(({ name }) => name).join(', ') || 'the datasets of the runs';
  const members = (JSON.parse(results.model.metadata.members ?? '[]') as unknown[]).length;
  const external = results.datasets.filter(({ split }) => split === 'all');
  const hasGrades = results.datasets.some(({ all }) => all.grades !== undefined);
  const hasBaselines = results.datasets.some(({ baselines }) => baselines !== undefined);
  const leaks = run?.inputs.leaks;
  const contradictions = results.datasets.some(
    ({ withoutContradictions }) => withoutContradictions !== undefined,
  );
  const robustness = results.robustness ?? [];
  const starts = runs.map(({ inputs }) => inputs.start?.file ?? 'random weights').join(', then ');
  const authors = 'No file of a model can say it.';
  return [
    ['title', 'AI methods named in the title', 'for the authors', authors],
    ['abstract', 'structured summary', 'for the authors', authors],
    [
      'introduction',
      'background, intended use and role',
      'in part',
      `Intended use: ${card(publication)}. The clinical background is for the authors.`,
    ],
    ['introduction', 'aims and hypotheses', 'for the authors', authors],
    [
      'design',
      'prospective or retrospective',
      ...asPublished('done', 'Retrospective: published datasets only.'),
    ],
    [
      'design',
      'goal of the study',
      'in part',
      `Model creation and a check of published figures; the ${card(publication)} says what it is for.`,
    ],
    ['data', 'sources', 'done', `${names}: ${card(publication)}, with licences.`],
    [
      'data',
      'eligibility',
      ...asPublished(
        'in part',
        'As the datasets were published; how their patients were chosen is mostly not published. Pictures that cannot be decoded are named in problems.jsonl by the import.',
      ),
    ],
    [
      'data',
      'preprocessing',
      'done',
      `Window, crop to the chest and size: ${card(publication)}. The same code prepares pictures for training and for the server.`,
    ],
    [
      'data',
      'selection of subsets',
      'done',
      `Pictures by source and split: ${card(publication)}; splits as published or written by "dataset split" with a seed.`,
    ],
    [
      'data',
      'definition of data elements',
      'in part',
      'Labels, masks and grades are the datasets’ own; no common data elements are used.',
    ],
    [
      'data',
      'de-identification',
      ...asPublished('not done', 'Done by the publishers of the datasets; not checked here.'),
    ],
    [
      'data',
      'missing data',
      'in part',
      'Rows without a label are not used, unknown ages and sexes stay unknown ("dataset stats" counts them).',
    ],
    [
      'reference standard',
      'definition',
      ...asPublished(
        'in part',
        'Labels as published: for most pictures the diagnosis that a paper’s caption states, not a test result that was seen here.',
      ),
    ],
    [
      'reference standard',
      'rationale',
      ...asPublished('in part', 'The only labels that these datasets have.'),
    ],
    [
      'reference standard',
      'annotators',
      ...asPublished(
        'not done',
        'As published: qualifications are not given for most labels and masks.',
      ),
    ],
    [
      'reference standard',
      'annotation tools',
      ...asPublished('not done', 'Not published for most masks.'),
    ],
    [
      'reference standard',
      'variability of raters',
      'not done',
      'Not measured here: each picture has one label and one mask.',
    ],
    [
      'partitions',
      'sample size',
      ...asPublished('not done', 'All that is published was used; no size was planned.'),
    ],
    [
      'partitions',
      'how partitions were made',
      'done',
      `By the published lists, or by "dataset split"; counts: ${card(publication)}.`,
    ],
    [
      'partitions',
      'level at which they are disjoint',
      leaks === undefined ? 'done' : 'in part',
      leaks === undefined
        ? 'Patient, document and picture: training refuses what is in two splits.'
        : `Patient and picture; accepted exceptions: ${leaks}.`,
    ],
    [
      'model',
      'description',
      'done',
      `Inputs, outputs and layers: ${card(publication)}; the graph itself is in model.onnx.`,
    ],
    [
      'model',
      'software',
      'done',
      'ONNX Runtime and this repository, versions in package-lock.json.',
    ],
    ['model', 'initialisation', 'done', `${starts}; SHA-256 of each in the publication’s file.`],
    [
      'training',
      'details',
      'done',
      `Recipe, augmentation, loss and epochs: ${card(publication)} and ${page}; curves: ${page}.`,
    ],
    [
      'training',
      'selection of the final model',
      'done',
      'The best epoch on validation, by the mean of Dice and the AUC of each source.',
    ],
    [
      'training',
      'ensembling',
      'done',
      members > 1 ? `${members} networks, their outputs averaged.` : 'None.',
    ],
    [
      'evaluation',
      'metrics',
      'done',
      `Accuracy, F1, AUC, sensitivity, specificity, calibration, Dice: ${page}.`,
    ],
    [
      'evaluation',
      'significance and uncertainty',
      'done',
      `95 % intervals by a bootstrap over patients: ${page}; "compare" has McNemar’s and DeLong’s tests.`,
    ],
    [
      'evaluation',
      'robustness',
      robustness.length > 0 ? 'done' : 'not done',
      robustness.length > 0
        ? `Labels that harmless changes flip: ${page}.`
        : '"evaluate --robustness" measures it.',
    ],
    [
      'evaluation',
      'explainability',
      'in part',
      'The lesion mask beside each probability, and where masks lie outside of lungs; no study of what readers make of it.',
    ],
    [
      'evaluation',
      'external data',
      external.length > 0 ? 'done' : 'not done',
      external.length > 0
        ? `${external.map(({ name, samples }) => `${name} (${samples} pictures)`).join(', ')}, held out whole: ${page}.`
        : 'No dataset was held out whole.',
    ],
    [
      'results',
      'flow of cases',
      'in part',
      'Counts by source and split; no diagram, since exclusions happened before publication.',
    ],
    [
      'results',
      'demographics by partition',
      'not done',
      'Unknown for most pictures; "dataset stats" shows what is known.',
    ],
    [
      'results',
      'performance on all partitions',
      'in part',
      `Validation and test: ${page}; the training split is not scored.`,
    ],
    [
      'results',
      'diagnostic accuracy and precision',
      'done',
      `${page}${hasGrades ? ', by grade of disease too' : ''}${hasBaselines ? ', next to baselines that never see a lung' : ''}.`,
    ],
    [
      'results',
      'failure analysis',
      'in part',
      `Known failures: ${card(publication)}${contradictions ? '; pictures whose labels contradict the training set are measured apart' : ''}. "evaluate --predictions" lists every picture for the review in the editor.`,
    ],
    [
      'discussion',
      'limitations',
      'done',
      `${card(publication)}: shortcuts, other pneumonia, populations.`,
    ],
    [
      'discussion',
      'implications for practice',
      'done',
      `None: research use only${calibration ? '' : ', and not calibrated'}.`,
    ],
    ['other', 'registration', ...asPublished('not done', 'No registered study.')],
    [
      'other',
      'protocol',
      'in part',
      `The commands that made every figure: ${page}${reproduced.length > 0 ? ', and the rows of the reproduction' : ''}. No protocol was published beforehand.`,
    ],
    ['other', 'funding', 'for the authors', authors],
  ];
}
