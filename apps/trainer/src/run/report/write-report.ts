import { recipeSchema } from '../../training/recipes/recipe.js';
import type { RunFolder } from '../run-folder.js';
import { renderRunReport } from './run-report.js';

/** Writes `report.html` from the run's folder. */
export async function writeReport(run: RunFolder): Promise<void> {
  const report = {
    recipe: recipeSchema.parse(await run.readJson('config.json')),
    records: await run.log(),
    ledger: await run.ledger(),
  };
  await run.replace('report.html', await renderRunReport(report));
}
