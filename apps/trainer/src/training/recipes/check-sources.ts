import { type DatasetSample } from '@groundglass/core';
import { didYouMean } from '@groundglass/dataset';
import type { Recipe } from './recipe.js';
import { recipes } from './recipes.js';
import { TrainerError } from '../../errors.js';

/**
 * The sources that a recipe names and the data lacks: a misspelt name would silently have no effect.
 *
 * @returns names from the built-in recipe, which deserve only a note.
 * @throws {TrainerError} `TRAIN_BAD_RECIPE` for a name from the user.
 */
export function checkSources(
  recipe: Recipe,
  samples: readonly Pick<DatasetSample, 'source'>[],
): string[] {
  const sources = new Set(samples.map(({ source }) => source));
  const builtIn = new Set(
    Object.values(recipes as Record<string, Recipe>)
      .filter(({ name }) => name === recipe.name)
      .flatMap(sourcesOf),
  );
  const missing = sourcesOf(recipe).filter((source) => !sources.has(source));
  const given = missing.find((source) => !builtIn.has(source));
  if (given !== undefined)
    throw new TrainerError(
      'TRAIN_BAD_RECIPE',
      `Expected sources of the data (${[...sources].join(', ')}), the recipe names "${given}"${didYouMean(given, sources)}`,
    );
  return missing;
}

function sourcesOf({ sampling, loss }: Recipe): string[] {
  return [...new Set([...Object.keys(sampling), ...loss.segmentationOnly, ...loss.labelledByMask])];
}
