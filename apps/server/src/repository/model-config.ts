import type { OipTensorSpec } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { z } from 'zod';
import { configTypeOf, configTypes } from './config-type.js';
import { Identifier, parsePbtxt, type PbMessage, type PbValue } from './pbtxt.js';

/**
 * `config.pbtxt` as the server uses it: the fields of Triton's model_config.proto that mean something here. Fields that
 * only other backends or GPUs use are let through and listed in `ignored`, so that one folder serves both.
 */
const dimsSchema = z.array(z.int().min(-1));
const tensorSchema = z.object({
  name: z.string().min(1),
  data_type: z.enum(configTypes),
  dims: dimsSchema,
  label_filename: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
});

const modelConfigSchema = z.object({
  name: z.string().optional(),
  platform: z.literal(['', 'onnxruntime_onnx']).default('onnxruntime_onnx'),
  backend: z.literal(['', 'onnxruntime']).default('onnxruntime'),
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
    .object({
      preferred_batch_size: z.array(z.int().min(1)).default([]),
      max_queue_delay_microseconds: z.int().min(0).default(0),
      priority_levels: z.int().min(0).max(16).default(0),
      default_priority_level: z.int().min(0).max(16).default(0),
      default_queue_policy: z
        .object({
          default_timeout_microseconds: z.int().min(0).default(0),
          allow_timeout_override: z.boolean().default(false),
          max_queue_size: z.int().min(0).default(0),
        })
        .optional(),
    })
    .optional(),
  instance_group: z
    .array(z.object({ count: z.int().min(1).max(256).default(1), kind: z.string().optional() }))
    .default([]),
  model_warmup: z
    .array(
      z.object({
        name: z.string().default(''),
        batch_size: z.int().min(0).max(1024).default(0),
        inputs: z.record(z.string(), z.object({ dims: dimsSchema })),
      }),
    )
    .default([]),
  parameters: z.record(z.string(), z.object({ string_value: z.string() })).default({}),
});

export type ModelConfig = z.infer<typeof modelConfigSchema> & {
  /** Fields of the file that this server does not use. */
  readonly ignored: readonly string[];
};

/** Fields that come many times; all other fields take their last value, as protobuf says. */
const repeated = new Set([
  'input',
  'output',
  'dims',
  'instance_group',
  'model_warmup',
  'preferred_batch_size',
  'versions',
]);
/** Map fields come as a list of `{ key, value }`. */
const maps = new Set(['parameters', 'inputs']);

/** @throws {CtError} `CT_MODEL_INVALID` with the field and what was expected of it. */
export function parseModelConfig(text: string): ModelConfig {
  const plain = toPlain(parsePbtxt(text));
  const parsed = modelConfigSchema.safeParse(plain);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CtError(
      'CT_MODEL_INVALID',
      `config.pbtxt, ${issue?.path.join('.') ?? 'top level'}: ${issue?.message ?? 'not valid'}`,
    );
  }
  const known = Object.keys(modelConfigSchema.shape);
  return { ...parsed.data, ignored: Object.keys(plain).filter((key) => !known.includes(key)) };
}

function toPlain(message: PbMessage): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message.fields).map(([name, values]) => {
      if (maps.has(name)) return [name, toMap(values)];
      const plain = values.map((value) => toPlainValue(value));
      return [name, repeated.has(name) ? plain : plain.at(-1)];
    }),
  );
}

function toMap(entries: readonly PbValue[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.map((entry) => {
      const { key, value } = toPlainValue(entry) as Record<string, unknown>;
      return [String(key), value];
    }),
  );
}

function toPlainValue(value: PbValue): unknown {
  if (value instanceof Identifier) return value.name;
  return typeof value === 'object' ? toPlain(value) : value;
}

/**
 * Checks the config's tensors against the model's, and says how many requests may run as one.
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
  for (const { name, data_type: dataType, dims } of declared) {
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
