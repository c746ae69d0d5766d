import type { OipTensorSpec } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import type { LoadedModel } from '../inference/inference-calls.js';
import type { ModelConfig } from './model-config.js';

/**
 * The inputs and outputs of a model; where the ONNX file leaves a rank open, with the dimensions of the config.
 *
 * @param notes gets a sentence for an output that stays open: its metadata says `[-1]`.
 * @throws {CtError} `CT_MODEL_INVALID` for an input whose rank nothing says: no request could be checked.
 */
export function withKnownRanks(
  config: ModelConfig,
  { inputs, outputs, unknownRank }: LoadedModel,
  notes: string[],
): { inputs: OipTensorSpec[]; outputs: OipTensorSpec[] } {
  const batched = (config.max_batch_size ?? 0) > 0;
  const complete = (spec: OipTensorSpec, declared: ModelConfig['input'], isInput: boolean) => {
    if (!unknownRank.has(spec.name) || spec.shape.length > 0) return spec;
    const dims = declared.find(({ name }) => name === spec.name)?.dims;
    if (dims) return { ...spec, shape: batched ? [-1, ...dims] : dims };
    if (isInput) {
      throw new CtError(
        'CT_MODEL_INVALID',
        `The model does not say how many dimensions "${spec.name}" has: give its dims in config.pbtxt`,
      );
    }
    notes.push(`the model does not say how many dimensions "${spec.name}" has`);
    return { ...spec, shape: [-1] };
  };
  return {
    inputs: inputs.map((spec) => complete(spec, config.input, true)),
    outputs: outputs.map((spec) => complete(spec, config.output, false)),
  };
}
