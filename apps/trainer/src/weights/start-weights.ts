import { buildJcs, importBackbone, type NamedTensor, type NamedTensors } from '@groundglass/nn';
import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import type { Recipe } from '../training/recipes/recipe.js';
import { readWeights, type WeightsFile } from './read-weights.js';
import { TrainerError } from '../errors.js';

/** A file of initial weights. */
export interface StartWeights extends WeightsFile {
  /** Its name, with the run's name if it belongs to one. */
  readonly file: string;
  readonly sha256: string;
}

/** Reads a file for `--init`. @throws {CtError} as `readWeights` does. */
export async function readStart(path: string): Promise<StartWeights> {
  const content = await readWeights(path);
  const sha256 = createHash('sha256').update(content.bytes).digest('hex');
  // Each run's best weights have the same file name: the run's name identifies them.
  const folder =
    content.metadata.config === undefined ? '' : `${basename(dirname(resolve(path)))}/`;
  return { ...content, file: folder + basename(path), sha256 };
}

/**
 * Combines the files: each tensor comes from the first file that has it; undefined without files.
 *
 * @param onRandom called with a line for variables that start at random values because a file has only others.
 * @throws {TrainerError} `TRAIN_WRONG_WEIGHTS` for weights of another network.
 */
export function startWeights(
  starts: readonly StartWeights[],
  recipe: Pick<Recipe, 'model' | 'imageSize'>,
  onRandom: (line: string) => void,
): NamedTensors | undefined {
  if (starts.length === 0) return undefined;
  const all = starts.map((start) => weightsOf(start, recipe, onRandom));
  return new Map(all.reverse().flatMap((tensors) => [...tensors]));
}

function weightsOf(
  { file, tensors, metadata }: StartWeights,
  recipe: Pick<Recipe, 'model' | 'imageSize'>,
  onRandom: (line: string) => void,
): NamedTensors {
  const { backbone } = recipe.model;
  // A run's weights hold the whole network, imported ones a backbone, both under the network's names.
  if (metadata.config !== undefined) return fittingWeights(file, tensors, recipe, onRandom);
  if (metadata.backbone === undefined) return importBackbone(backbone, tensors);
  if (metadata.backbone !== backbone)
    throw new TrainerError(
      'TRAIN_WRONG_WEIGHTS',
      `Expected weights of ${backbone}, "${file}" holds those of ${metadata.backbone}`,
    );
  return tensors;
}

/**
 * The weights of another run that this one's network has too: a network with another head or skip connection can reuse what
 * the backbone learned.
 */
function fittingWeights(
  file: string,
  tensors: NamedTensors,
  { model, imageSize }: Pick<Recipe, 'model' | 'imageSize'>,
  onRandom: (line: string) => void,
): NamedTensors {
  const { variables } = buildJcs({ ...model, imageSize, mean: 0, deviation: 1 }).graph;
  const fitting = new Map<string, NamedTensor>();
  const random: string[] = [];
  for (const { variable } of variables.values()) {
    const { name, shape } = variable;
    const given = tensors.get(name);
    if (given?.shape.join() === shape.join()) fitting.set(name, given);
    else random.push(`${name} ${shape.join('×')} (${given?.shape.join('×') ?? 'missing'})`);
  }
  if (fitting.size === 0)
    throw new TrainerError(
      'TRAIN_WRONG_WEIGHTS',
      `Expected weights of the network ${model.backbone} in "${file}", found none of its ${variables.size} variables`,
    );
  if (random.length > 0)
    onRandom(
      `${random.length} of ${variables.size} variables start from random values, "${file}" has no matching ones: ${random.slice(0, 3).join(', ')}${random.length > 3 ? ', …' : ''}`,
    );
  return fitting;
}
