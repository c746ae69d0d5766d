import {
  crossValidationSection,
  type PublishedCrossValidation,
} from '../../cross-validation/cross-validation-section.js';
import { reproductionSection } from '../../reproduction/reproduction-section.js';
import type { ReproductionRow } from '../../reproduction/result-row.js';
import type { Publication } from './publication.js';
import { intervalText, ledgerTable, resultTables, runNotes, runTable, table } from './tables.js';

/** Published results on the same pictures, for orientation. */
const others = [
  [
    'two radiologists against each other on COVID-19 lesions (Bartoli et al. 2022)',
    '–',
    '–',
    'about 0.70',
  ],
  ['COVID-CT’s published DenseNet-169 baseline', '0.847', '0.919', '–'],
  ['an independent rerun of it from ImageNet weights', '0.729', '0.819', '–'],
  ['Inf-Net (Fan et al. 2020), on the same 48 slices', '–', '–', '0.682'],
];

/** The page of results, `docs/results.md`; with cross-validations and the reproduction of the paper's tables if there are any. */
export function renderResultsPage(
  publication: Publication,
  reproduced: readonly ReproductionRow[] = [],
  crossValidated: readonly PublishedCrossValidation[] = [],
): string {
  const { runs, command, model } = publication;
  const sections = [crossValidationSection(crossValidated), reproductionSection(reproduced)]
    .filter((section) => section !== '')
    .map((section) => `${section}\n\n`);
  return `<!-- Written by \`${command}\`; change that, not this. -->

# Results

What the model that ships (\`models/${model.name}/${model.version}\`) reaches, measured once, when it was finished. Temperature, threshold, epoch and everything else
were chosen on validation pictures; the last table has every look at a test split, those of earlier models among them. Every number here is in [\`results/${model.name}-${model.version}.json\`](results/${model.name}-${model.version}.json) with the command that made it.

## Measured

${resultTables(publication)}

The *baseline* rows say what a logistic regression reaches that never sees a lung, from what each row names. A score within a
baseline's interval may come from the picture's origin.
${intervalText(publication)}

\`\`\`sh
${publication.results.command}
\`\`\`

The published split of the COVID-Seg slices shares patients between training and test: its Dice flatters everybody who reports it.

For orientation, what others report:

${table(['', 'accuracy', 'AUC', 'Dice'], others)}

## Training

${runTable(runs)}
${runNotes(runs)}
${runs
  .map(
    ({ name }) =>
      `![Training loss of the run ${name} by epoch](images/training-${name}-loss.svg)\n\n![Validation AUC, accuracy and Dice of the run ${name} by epoch](images/training-${name}-validation.svg)`,
  )
  .join('\n\n')}

## Looks at test splits

${ledgerTable(runs)}

${sections.join('')}Intended use, data, licences and known failures are in the [model card](../models/${model.name}/${model.version}/README.md).
`;
}
