import type { StatisticsTable } from '../statistics/describe-dataset.js';
import type { DescribedDataset } from './croissant.js';
import { biasesOf, limitationsOf } from './in-words.js';

/**
 * A datasheet (Gebru et al. 2021, "Datasheets for Datasets") as Markdown: filled in from manifest, statistics and audit; what
 * only people know is left as a question.
 */
export function datasheetText(described: DescribedDataset): string {
  const { dataset, statistics, findings } = described;
  const { manifest, samples } = dataset;
  const withMask = samples.filter(({ mask }) => mask !== undefined).length;
  const withDocument = new Set(samples.flatMap(({ document }) => document ?? [])).size;
  const metaKeys = [...new Set(samples.flatMap(({ meta }) => Object.keys(meta ?? {})))].sort();
  const unanswered = '*Not known from the data; the people who made the dataset have to answer.*';
  return `# Datasheet: ${manifest.name}

After Gebru et al. 2021, "Datasheets for Datasets". Filled from the manifest, its statistics${findings.length > 0 ? ' and an audit' : ''}; research use only.

## Motivation

**For what purpose was the dataset created, by whom, and who paid?** ${manifest.description ?? unanswered}
${manifest.citation === undefined ? '' : `\nPublished as: ${manifest.citation}\n`}
## Composition

**What do the instances represent?** ${statistics.values.images} CT images of ${statistics.values.patients} patients${withDocument > 0 ? `, taken from ${withDocument} documents` : ''}.

**How many are there of each type?**

${statistics.tables.map(markdownTable).join('\n\n')}

**What data does each instance consist of?** A picture or slice, its label (${manifest.labels.join(', ')}; positive: ${manifest.positive}), split, patient and source${withMask > 0 ? `; ${withMask} have a lesion mask` : ''}. Further fields: ${metaKeys.join(', ') || 'none'}.

**Is information missing?** ${missingFields(described)}

**Are there recommended splits?** Yes, in the manifest. ${splitSentence(described)}

**Are there errors, noise or redundancies?**

${limitationsOf(described)
  .map((line) => `- ${line}`)
  .join('\n')}

**Does a property other than the subject reveal the label?**

${biasesOf(described)
  .map((line) => `- ${line}`)
  .join('\n')}

**Does it contain confidential data, or identify people?** Medical images; ${metaKeys.some((key) => ['age', 'gender', 'location'].includes(key)) ? 'age, gender or location of patients is stated for some' : 'no age, gender or location is stated'}. Patients are named by ids only.

## Collection process

**How was the data acquired?** Sources: ${[...new Set(samples.map(({ source }) => source))].sort().join(', ')}. ${unanswered}

**Was consent obtained, and was there an ethical review?** ${unanswered}

## Preprocessing and labelling

**How were labels made?** ${unanswered}

**Is the raw data kept?** Each sample has the SHA-256 of its file and of its pixels: a changed file is found by \`dataset audit\`.

## Uses

**What should it not be used for?** Diagnosis, triage, or any decision about a patient.

## Distribution

**Under which licence?** ${manifest.license ?? unanswered}

## Maintenance

**Who maintains it, and how are errors corrected?** ${unanswered}
`;
}

function missingFields({
  dataset: { manifest },
  statistics: { values },
}: DescribedDataset): string {
  const known = manifest.labels.map(
    (label) =>
      `of ${values[`images.${label}`] ?? 0} ${label} images ${values[`age.${label}.known`] ?? 0} have an age and ${values[`gender.${label}.known`] ?? 0} a gender`,
  );
  return `${known.join('; ')}.`;
}

function splitSentence({ findings }: DescribedDataset): string {
  const crossing = findings.filter(({ rule }) => rule.endsWith('crosses-splits')).length;
  return crossing === 0
    ? ''
    : `${crossing} patients, documents or series are in more than one split: \`dataset split\` makes one that keeps them whole.`;
}

function markdownTable({ title, columns, rows }: StatisticsTable): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [`*${title}*`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)].join(
    '\n',
  );
}
