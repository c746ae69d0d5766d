import { didYouMean } from '@groundglass/dataset';
import { readFile } from 'node:fs/promises';
import type { RunFolder } from '../../run/run-folder.js';
import { recipeSchema, type Recipe } from './recipe.js';
import { recipes } from './recipes.js';
import { TrainerError } from '../../errors.js';

/** The recipe options of a command line. */
export interface RecipeChoice {
  /** Name of a recipe, or path of a JSON file; default `fast` for a new run. */
  readonly recipe?: string | undefined;
  /** `key=value`, with dots for nested settings. */
  readonly set: readonly string[];
  /** Number of epochs; a larger one extends a resumed run. */
  readonly epochs?: number | undefined;
}

/**
 * The named recipe with its changes.
 *
 * @throws {TrainerError} `TRAIN_BAD_RECIPE` for an unknown recipe or setting, and a value of the wrong kind.
 */
export async function newRecipe(choice: RecipeChoice): Promise<Recipe> {
  return changed(await namedRecipe(choice.recipe ?? 'fast'), choice);
}

/**
 * The recipe of a run. A new run gets the named one with its changes. A resumed run keeps its own (`config.json`), so nothing has
 * to be repeated; repeated settings must be equal, except for more epochs.
 *
 * @throws {TrainerError} `TRAIN_BAD_RECIPE` for an unknown recipe or setting, a value of the wrong kind, and another recipe than the run's.
 */
export async function chooseRecipe(choice: RecipeChoice, run: RunFolder): Promise<Recipe> {
  if (!run.started) {
    const recipe = await newRecipe(choice);
    await save(run, recipe);
    return recipe;
  }
  // Through the schema: a run from before a setting existed has that setting's default.
  const before = parse(await run.readJson('config.json'));
  const wanted = changed(
    choice.recipe === undefined ? before : await namedRecipe(choice.recipe),
    choice,
  );
  const setting = differingSetting({ ...before, epochs: wanted.epochs }, wanted);
  if (setting !== undefined || wanted.epochs < before.epochs)
    throw new TrainerError(
      'TRAIN_BAD_RECIPE',
      `Expected the recipe that ${run.path} was started with (its config.json), got another ${setting ?? 'epochs'}`,
    );
  if (wanted.epochs > before.epochs) await save(run, wanted);
  return wanted;
}

async function save(run: RunFolder, recipe: Recipe): Promise<void> {
  await run.replace('config.json', `${JSON.stringify(recipe, undefined, 2)}\n`);
}

async function namedRecipe(name: string): Promise<unknown> {
  if (Object.hasOwn(recipes, name)) return recipes[name as keyof typeof recipes];
  const text = await readFile(name, 'utf8').catch((cause: unknown) => {
    throw new TrainerError(
      'TRAIN_BAD_RECIPE',
      `Expected a recipe of ${Object.keys(recipes).join(', ')} or a JSON file, got "${name}"${didYouMean(name, Object.keys(recipes))}`,
      { cause },
    );
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrainerError('TRAIN_BAD_RECIPE', `Expected a recipe as JSON in "${name}"`, { cause });
  }
}

function changed(recipe: unknown, { set, epochs }: RecipeChoice): Recipe {
  const changes = epochs === undefined ? set : [...set, `epochs=${epochs}`];
  const copy = structuredClone(recipe) as Record<string, unknown>;
  for (const change of changes) applyChange(copy, change);
  return parse(copy);
}

/** Settings that a recipe may leave out have their defaults, and can be changed too. */
function applyChange(recipe: Record<string, unknown>, change: string): void {
  const [key = '', ...value] = change.split('=');
  const path = key.split('.');
  const last = path.pop()!;
  let target = recipe;
  for (const part of path) {
    const next = target[part];
    if (typeof next !== 'object' || next === null) throw unknownSetting(key, recipe);
    target = next as Record<string, unknown>;
  }
  // A source is itself a key: sampling.luna16=0.5.
  if (!Object.hasOwn(target, last) && path[0] !== 'sampling') throw unknownSetting(key, recipe);
  target[last] = parseValue(value.join('='));
}

function unknownSetting(key: string, recipe: object): TrainerError {
  return new TrainerError(
    'TRAIN_BAD_RECIPE',
    `The recipe has no setting "${key}"${didYouMean(key, settingNames(recipe))}`,
  );
}

function settingNames(recipe: object, prefix = ''): string[] {
  return Object.entries(recipe).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [prefix + key, ...settingNames(value as object, `${prefix}${key}.`)]
      : [prefix + key],
  );
}

function parse(recipe: unknown): Recipe {
  const parsed = recipeSchema.safeParse(recipe);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TrainerError(
    'TRAIN_BAD_RECIPE',
    `Recipe, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

/** The first setting in which two recipes differ, as `model.dropout`. */
function differingSetting(a: object, b: object, prefix = ''): string | undefined {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [left, right] = [a, b].map((recipe) => (recipe as Record<string, unknown>)[key]);
    if (JSON.stringify(left) === JSON.stringify(right)) continue;
    const nested = [left, right].every((value) => typeof value === 'object' && value !== null);
    return nested
      ? differingSetting(left as object, right as object, `${prefix}${key}.`)
      : prefix + key;
  }
  return undefined;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
