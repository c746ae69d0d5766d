import type { OipTensorSpec } from '@groundglass/client';
import { CtError, readScoringRule } from '@groundglass/core';
import textformat from 'protobufjs/ext/textformat.js';
import protojson from 'protobufjs/ext/protojson.js';
import type { Message } from 'protobufjs';
import { z } from 'zod';
import { configTypeOf, configTypes } from './config-type.js';
import { modelConfigType } from './model-config-type.js';

const { fromText } = textformat;
const { fromJsonString } = protojson;

/**
 * `config.pbtxt` as the server uses it: the fields of Triton's model_config.proto that mean something here. Fields that only other
 * backends or GPUs use are accepted and listed in `ignored`, so that one folder serves both.
 */
const dimsSchema = z.array(z.int().min(-1));
const tensorSchema = z.object({
  name: z.string().min(1),
  data_type: z.enum(configTypes),
  dims: dimsSchema,
  /** The model's shape, if clients use a different one. */
  reshape: z.object({ shape: dimsSchema.default([]) }).optional(),
  label_filename: z
    .string()
    .regex(/^[\w.-]*$/)
    .optional(),
});

const onlyOnnx = (field: string, values: readonly string[]) =>
  z.string().refine((value) => values.includes(value), {
    error: ({ input }) =>
      `expected ${field} ${values.at(-1)}, the only one here, got ${JSON.stringify(input)}`,
  });

const modelConfigSchema = z.object({
  name: z.string().optional(),
  platform: onlyOnnx('platform', ['', 'onnxruntime_onnx']).default('onnxruntime_onnx'),
  backend: onlyOnnx('backend', ['', 'onnxruntime']).default('onnxruntime'),
  max_batch_size: z.int().min(0).max(1024).optional(),
  input: z.array(tensorSchema).default([]),
  output: z.array(tensorSchema).default([]),
  default_model_filename: z
    .string()
    .regex(/^[\w-][\w.-]*$/)
    .default('model.onnx'),
  version_policy: z
    .union([
      z.object({ latest: z.object({ num_versions: z.int().min(1).default(1) }) }),
      z.object({ all: z.object({}) }),
      z.object({ specific: z.object({ versions: z.array(z.int().min(1)).min(1) }) }),
    ])
    .default({ latest: { num_versions: 1 } }),
  dynamic_batching: z
    .object({ default_priority_level: z.int().min(0).max(16).default(0) })
    .optional(),
  instance_group: z
    .array(
      z.object({
        count: z.int().min(1).max(256).default(1),
        kind: z.enum(['KIND_AUTO', 'KIND_CPU', 'KIND_GPU', 'KIND_MODEL']).optional(),
      }),
    )
    .default([]),
  model_warmup: z
    .array(
      z.object({
        name: z.string().default(''),
        batch_size: z.int().min(0).max(1024).default(0),
        inputs: z.record(
          z.string(),
          z.object({
            dims: dimsSchema,
            data_type: z.string().optional(),
            zero_data: z.boolean().optional(),
          }),
        ),
      }),
    )
    .default([]),
  parameters: z.record(z.string(), z.object({ string_value: z.string() })).default({}),
});

export type ModelConfig = z.infer<typeof modelConfigSchema> & {
  /** Everything that the file says, for clients that ask for it. */
  readonly declared: Readonly<Record<string, unknown>>;
  /** Fields of the file that have no effect here. */
  readonly ignored: readonly string[];
};

/** The `parameters` that the server reads: how a model's outputs become a verdict. */
const knownParameters: string[] = [];
readScoringRule((name) => {
  knownParameters.push(name);
  return undefined;
});

/** Fields that change what a model computes or how it is called; ignoring them would give other answers than Triton. */
const refused: readonly [path: string, why: string][] = [
  ['sequence_batching', 'requests of one sequence would have to stay with one instance'],
  ['ensemble_scheduling', 'one model cannot call others here'],
  ['batch_input', 'inputs that the server makes are not supported'],
  ['batch_output', 'outputs that the server splits are not supported'],
  ['model_transaction_policy.decoupled', 'a request gets exactly one answer here'],
  ['input.is_shape_tensor', 'only TensorRT has shape tensors'],
  ['output.is_shape_tensor', 'only TensorRT has shape tensors'],
  ['input.allow_ragged_batch', 'all rows of a batch have one shape'],
  ['model_operations', 'libraries of custom operators are not loaded'],
];

/**
 * @param text of `config.pbtxt`.
 * @throws {CtError} `CT_MODEL_INVALID` with the line or field and what was expected of it.
 */
export function parseModelConfig(text: string): ModelConfig {
  return readConfig('config.pbtxt', () => fromText(modelConfigType, text));
}

/**
 * @param json the same as JSON, as the repository API takes it.
 * @throws {CtError} `CT_MODEL_INVALID` as {@link parseModelConfig} does.
 */
export function parseJsonModelConfig(json: string): ModelConfig {
  return readConfig('the given config', () => fromJsonString(modelConfigType, json));
}

function readConfig(where: string, read: () => Message): ModelConfig {
  const invalid = (sentence: string): CtError =>
    new CtError('CT_MODEL_INVALID', `${where}${sentence}`);
  let message: Message;
  try {
    message = read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replaceAll('.inference.', '') : 'unknown';
    throw new CtError('CT_MODEL_INVALID', `${where} cannot be read: ${why}`, { cause });
  }
  const plain = modelConfigType.toObject(message, { enums: String, longs: Number });
  const found = refused.find(([path]) => isSet(plain, path.split('.')));
  if (found) throw invalid(`, ${found[0]}: expected a config without it, ${found[1]}`);
  const parsed = modelConfigSchema.safeParse(plain);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`, ${issue?.path.join('.') ?? 'top level'}: ${issue?.message ?? 'not valid'}`);
  }
  const { parameters, instance_group: groups } = parsed.data;
  const ignored = [
    ...unusedFields(plain, modelConfigSchema),
    ...Object.keys(parameters)
      .filter((name) => !knownParameters.includes(name))
      .map((name) => `parameters.${name}`),
    ...(groups.some(({ kind }) => kind === 'KIND_GPU') ? ['instance_group.kind KIND_GPU'] : []),
  ];
  return { ...parsed.data, declared: plain, ignored };
}

/** Whether a field is set, in any entry if a part of the path is a list; `false` and empty values count as not set. */
function isSet(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== false && !(Array.isArray(value) && value.length === 0);
  const holders = Array.isArray(value) ? value : [value];
  return holders.some((each) => {
    const field = (each as Record<string, unknown> | undefined)?.[name];
    return field !== undefined && isSet(field, rest);
  });
}

/** The paths of fields that the file sets and no schema reads, such as `optimization` or `instance_group.gpus`. */
function unusedFields(value: unknown, schema: unknown, path = ''): string[] {
  const inner = unwrap(schema);
  if (Array.isArray(value)) {
    const element = inner instanceof z.ZodArray ? inner.element : undefined;
    return [...new Set(value.flatMap((each) => unusedFields(each, element, path)))];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (inner instanceof z.ZodRecord) {
    const found = Object.values(value).flatMap((each) => unusedFields(each, inner.valueType, path));
    return [...new Set(found)];
  }
  if (!(inner instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, unknown>> = inner.shape;
  return Object.entries(value).flatMap(([name, field]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return name in shape ? unusedFields(field, shape[name], here) : [here];
  });
}

/** A schema without its default and without being optional. */
function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner;
}

/**
 * Checks the config's tensors against the model's, and returns how many requests may run as one.
 *
 * Without `max_batch_size` in the file it is 8 where every input and output leaves its first dimension open, else 0.
 *
 * @throws {CtError} `CT_MODEL_INVALID` with the tensor's name and both sides.
 */
export function resolveBatchSize(
  config: ModelConfig,
  inputs: readonly OipTensorSpec[],
  outputs: readonly OipTensorSpec[],
): number {
  const openFirst = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
  const maxBatchSize = config.max_batch_size ?? (openFirst ? 8 : 0);
  if (maxBatchSize > 0 && !openFirst) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `Expected max_batch_size 0 for a model whose first dimensions are fixed, got ${maxBatchSize}`,
    );
  }
  checkTensors('input', config.input, inputs, maxBatchSize > 0);
  checkTensors('output', config.output, outputs, maxBatchSize > 0);
  return maxBatchSize;
}

function checkTensors(
  kind: string,
  declared: ModelConfig['input'],
  actual: readonly OipTensorSpec[],
  batched: boolean,
): void {
  for (const { name, data_type: dataType, dims: shown, reshape } of declared) {
    const dims = reshape?.shape ?? shown;
    const spec = actual.find((tensor) => tensor.name === name);
    if (!spec) throw mismatch(kind, name, 'a tensor of the model', 'none');
    if (configTypeOf(spec.datatype) !== dataType) {
      throw mismatch(kind, name, configTypeOf(spec.datatype), dataType);
    }
    const shape = batched ? spec.shape.slice(1) : spec.shape;
    const fits =
      shape.length === dims.length &&
      shape.every((size, axis) => size === -1 || dims[axis] === -1 || size === dims[axis]);
    if (!fits) throw mismatch(kind, name, `dims [${shape.join(', ')}]`, `[${dims.join(', ')}]`);
  }
}

function mismatch(kind: string, name: string, expected: string, got: string): CtError {
  return new CtError(
    'CT_MODEL_INVALID',
    `config.pbtxt, ${kind} "${name}": expected ${expected}, got ${got}`,
  );
}
