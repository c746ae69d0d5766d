import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digits, interval } from '../evaluation/results/results.js';
import { table } from '../evaluation/results/tables.js';
import { foldRecordSchema, planSchema } from './fold-record.js';

/** Paths of the section's files, relative to the page: each is the `results.json` of a cross-validation. */
export const crossValidationFolder = 'results/cross-validation';

/** Patients that are listed individually. */
const mostListed = 12;

const measuredSchema = z.object({
  value: z.number(),
  lower: z.number(),
  upper: z.number(),
  interval: z.enum(['patient bootstrap', 'Wilson', 'DeLong']),
});

const crossValidationSchema = z.object({
  command: z.string(),
  plan: planSchema,
  folds: z.array(foldRecordSchema),
  pooled: z.object({
    samples: z.int(),
    masks: z.array(
      z.object({
        source: z.string(),
        patients: z.array(
          z.object({
            patient: z.string(),
            slices: z.int(),
            lesionSlices: z.int(),
            dice: z.number(),
          }),
        ),
        guessedPatients: z.int(),
        mean: z.number(),
        meanInterval: measuredSchema.optional(),
      }),
    ),
  }),
});

/** The results of a cross-validation, by file name. */
export type PublishedCrossValidation = z.infer<typeof crossValidationSchema> & {
  readonly name: string;
};

/** The cross-validations whose results are in the documents' folder. */
export async function readCrossValidations(docs: string): Promise<PublishedCrossValidation[]> {
  const folder = join(docs, crossValidationFolder);
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map(async (name) => ({
        name: name.replace(/\.json$/, ''),
        ...crossValidationSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
      })),
  );
}

/** Masks of patients that the network never saw, as a section of `docs/results.md`; empty without a cross-validation. */
export function crossValidationSection(all: readonly PublishedCrossValidation[]): string {
  const shown = all.filter(({ pooled }) => pooled.masks.length > 0);
  if (shown.length === 0) return '';
  return ['## Masks of patients that the network never saw', ...shown.flatMap(paragraphsOf)].join(
    '\n\n',
  );
}

function paragraphsOf({ name, command, plan, folds, pooled }: PublishedCrossValidation): string[] {
  const { recipe } = plan;
  const file = `${crossValidationFolder}/${name}.json`;
  const isWhole = folds.length === plan.folds;
  const listed = pooled.masks.filter(({ patients }) => patients.length <= mostListed);
  return [
    `**${name}.** ${plan.folds} folds by patient; each network is trained on the other patients, for ${recipe.epochs} epochs at ${recipe.imageSize} pixels, and scores its own once. These are networks of the recipe \`${recipe.name}\`, not the one that ships. All figures are in [\`${file}\`](${file}).`,
    ...(isWhole
      ? []
      : [
          `**Incomplete:** ${folds.length} of the ${plan.folds} folds are trained; patients of the others are missing.`,
        ]),
    table(
      ['source', 'patients', 'Dice, mean of the patients', 'lowest', 'highest'],
      pooled.masks.map(({ source, patients, guessedPatients, mean, meanInterval }) => {
        const values = patients.map(({ dice }) => dice);
        return [
          source,
          guessedPatients === 0
            ? String(patients.length)
            : `${patients.length}, of them ${guessedPatients} guessed`,
          meanInterval ? interval(meanInterval) : digits(mean),
          digits(Math.min(...values)),
          digits(Math.max(...values)),
        ];
      }),
    ),
    ...(pooled.masks.some(({ guessedPatients }) => guessedPatients > 0)
      ? [
          'The data does not name the guessed patients; the folds kept them apart as guessed, and one patient may be in several folds.',
        ]
      : []),
    ...listed.map(({ source, patients }) =>
      table(
        [`patient of ${source}`, 'slices', 'with a lesion', 'Dice over all pixels'],
        [...patients]
          .sort((a, b) => a.patient.localeCompare(b.patient, 'en', { numeric: true }))
          .map(({ patient, slices, lesionSlices, dice }) => [
            patient,
            String(slices),
            String(lesionSlices),
            digits(dice),
          ]),
      ),
    ),
    `\`\`\`sh\n${command}\n\`\`\``,
  ];
}
