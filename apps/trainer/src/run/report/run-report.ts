import type { Recipe } from '../../training/recipes/recipe.js';
import type { EpochRecord, LedgerRecord } from '../run-folder.js';
import { trainingCurves } from './training-curves.js';

/** Input of a report. */
export interface RunReport {
  readonly recipe: Recipe;
  readonly records: readonly EpochRecord[];
  readonly ledger: readonly LedgerRecord[];
}

/** A self-contained HTML page: curves, epochs, recipe, and the looks at test splits. */
export async function renderRunReport({ recipe, records, ledger }: RunReport): Promise<string> {
  const curves = await trainingCurves(records);
  const best = records.findLast((record) => record.best);
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Training run: ${escape(recipe.name)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.8rem; text-align: right; border-bottom: 1px solid #8884; }
tr.best { font-weight: bold; }
svg { max-width: 100%; height: auto; }
pre { overflow: auto; padding: 1rem; background: #8881; }
</style>
</head>
<body>
<h1>Training run: ${escape(recipe.name)}</h1>
<p>${records.length} of ${recipe.epochs} epochs in ${(seconds / 60).toFixed(1)} min.${best ? ` Best on validation: epoch ${best.epoch + 1}.` : ''}</p>
<figure>${curves.loss}<figcaption>Training loss and its parts; the dashed rule is the epoch that is kept.</figcaption></figure>
<figure>${curves.validation}<figcaption>Validation split.</figcaption></figure>
<h2>Epochs</h2>
${table(
  ['epoch', 'learning rate', 'loss', 'AUC', 'accuracy', 'Dice', 'images/s', 'waited for data'],
  records.map((record) => ({
    best: record === best,
    cells: [
      String(record.epoch + 1),
      record.learningRate.toExponential(2),
      record.trainLoss.toFixed(4),
      ...['auc', 'accuracy', 'dice'].map((key) => record.validation[key]?.toFixed(3) ?? '–'),
      record.imagesPerSecond.toFixed(1),
      `${(100 * record.waitingShare).toFixed(1)} %`,
    ],
  })),
)}
<h2>Looks at test splits</h2>
${
  ledger.length === 0
    ? '<p>None.</p>'
    : table(
        ['time', 'dataset', 'samples', 'accuracy', 'F1', 'AUC', 'Dice'],
        ledger.map(({ time, dataset, samples, metrics }) => ({
          best: false,
          cells: [
            time,
            dataset,
            String(samples),
            ...['accuracy', 'f1', 'auc', 'dice'].map((key) => metrics[key]?.toFixed(3) ?? '–'),
          ],
        })),
      )
}
<h2>Recipe</h2>
<pre>${escape(JSON.stringify(recipe, undefined, 2))}</pre>
</body>
</html>
`;
}

function table(
  header: readonly string[],
  rows: readonly { best: boolean; cells: readonly string[] }[],
): string {
  const head = header.map((cell) => `<th scope="col">${escape(cell)}</th>`).join('');
  const body = rows
    .map(
      ({ best, cells }) =>
        `<tr${best ? ' class="best"' : ''}>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`,
    )
    .join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
