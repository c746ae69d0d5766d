import { recipeSchema } from '../../training/recipes/recipe.js';
import type { RunFolder } from '../run-folder.js';
import { renderRunReport } from './run-report.js';

/** Writes `report.html` from what the run's folder holds. */
export async function writeReport(run: RunFolder): Promise<void> {
  const report = {
    recipe: recipeSchema.parse(await run.readJson('config.json')),
    records: await run.log(),
    ledger: await run.ledger(),
  };
  await run.replace('report.html', await renderRunReport(report));
}
