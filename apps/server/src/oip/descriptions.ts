import type { OipTensorSpec } from '@groundglass/client';
import { configTypeOf } from '../repository/config-type.js';
import type { Duration, ModelStatistics } from '../repository/model-statistics.js';
import type { RepositoryModel } from '../repository/repository-model.js';

const platform = 'onnxruntime_onnx';

/** What the server can do beyond the protocol's core, by the names that Triton gave the extensions. */
export const extensions = [
  'binary_tensor_data',
  'classification',
  'model_configuration',
  'model_repository',
  'statistics',
  'schedule_policy',
];

/** `GET /v2/models/{model}`. */
export function describeModel(model: RepositoryModel, versions: readonly string[]) {
  const tensor = ({ name, datatype, shape }: OipTensorSpec) => ({
    name,
    datatype,
    shape: [...shape],
  });
  return {
    name: model.name,
    versions: [...versions],
    platform,
    inputs: model.inputs.map(tensor),
    outputs: model.outputs.map(tensor),
  };
}

/** `GET /v2/models/{model}/config`: the file's fields, completed from the model as Triton does. */
export function describeConfig(model: RepositoryModel) {
  const { config, maxBatchSize } = model;
  const tensor = ({ name, datatype, shape }: OipTensorSpec) => ({
    name,
    data_type: configTypeOf(datatype),
    dims: maxBatchSize > 0 ? shape.slice(1) : [...shape],
  });
  const declared = (list: typeof config.output, specs: readonly OipTensorSpec[]) =>
    specs.map((spec) => ({ ...tensor(spec), ...list.find(({ name }) => name === spec.name) }));
  return {
    ...config.declared,
    name: model.name,
    platform,
    backend: 'onnxruntime',
    version_policy: config.version_policy,
    max_batch_size: maxBatchSize,
    input: declared(config.input, model.inputs),
    output: declared(config.output, model.outputs),
    instance_group: config.instance_group,
    default_model_filename: config.default_model_filename,
    parameters: config.parameters,
  };
}

/** One entry of `GET /v2/models/{model}/stats`. */
export function describeStatistics({ name, version, statistics }: RepositoryModel) {
  return { name, version, ...counted(statistics) };
}

function counted(statistics: ModelStatistics) {
  const copy = ({ count, ns }: Duration): Duration => ({ count, ns });
  const { success, fail, queue, ...compute } = statistics.inferenceStats;
  return {
    last_inference: statistics.lastInference,
    inference_count: statistics.inferenceCount,
    execution_count: statistics.executionCount,
    inference_stats: {
      success: copy(success),
      fail: copy(fail),
      queue: copy(queue),
      compute_input: copy(compute.compute_input),
      compute_infer: copy(compute.compute_infer),
      compute_output: copy(compute.compute_output),
    },
    batch_stats: [...statistics.batchStats]
      .sort(([a], [b]) => a - b)
      .map(([size, { input, infer, output }]) => ({
        batch_size: size,
        compute_input: copy(input),
        compute_infer: copy(infer),
        compute_output: copy(output),
      })),
  };
}
