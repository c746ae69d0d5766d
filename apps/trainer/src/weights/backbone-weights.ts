import { CtError } from '@groundglass/core';
import { importBackbone, type BackboneName, type NamedTensors } from '@groundglass/nn';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { readWeights } from './read-weights.js';

/** Weights of a backbone that training starts from. */
export interface InitialWeights {
  /** The file's name, for the record. */
  readonly file: string;
  readonly sha256: string;
  readonly tensors: NamedTensors;
}

/**
 * Reads a backbone's weights: those of `fetch-weights` and `import-weights`, or a file with torchvision's names.
 *
 * @throws {CtError} `CT_BAD_REQUEST` where the file holds another backbone, or a run's whole network.
 */
export async function readBackboneWeights(
  path: string,
  backbone: BackboneName,
): Promise<InitialWeights> {
  const { tensors, metadata, bytes } = await readWeights(path);
  const held = metadata.config === undefined ? metadata.backbone : 'a run';
  if (held !== undefined && held !== backbone)
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected weights of ${backbone}, "${path}" holds those of ${held}`,
    );
  return {
    file: basename(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    tensors: metadata.backbone === undefined ? importBackbone(backbone, tensors) : tensors,
  };
}
