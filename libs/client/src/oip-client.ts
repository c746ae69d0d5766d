import { CtError } from '@groundglass/core/browser';
import { z } from 'zod';
import { oipDatatypeNames } from './oip-datatypes.js';
import { packJsonElements } from './oip-json.js';
import { decodeTensor, encodeTensor, type OipTensor } from './oip-tensor.js';
import { Transport, parseJson, type ConnectionOptions } from './transport.js';

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
});
const modelMetadataSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(tensorMetadataSchema),
  outputs: z.array(tensorMetadataSchema),
});
export type OipModelMetadata = z.infer<typeof modelMetadataSchema>;

const serverMetadataSchema = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()).default([]),
});
export type OipServerMetadata = z.infer<typeof serverMetadataSchema>;

const repositoryIndexSchema = z.array(
  z.object({ name: z.string(), version: z.string().optional(), state: z.string().optional() }),
);
export type OipRepositoryEntry = z.infer<typeof repositoryIndexSchema>[number];

const modelConfigSchema = z.object({
  parameters: z.record(z.string(), z.object({ string_value: z.string() })).default({}),
});

const inferResponseSchema = z.object({
  model_name: z.string(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.enum(oipDatatypeNames),
      shape: z.array(z.int().nonnegative()),
      parameters: z.object({ binary_data_size: z.int().nonnegative().optional() }).optional(),
      /** Of a server without the binary extension. */
      data: z.array(z.unknown()).optional(),
    }),
  ),
});

export interface OipInferRequest {
  readonly model: string;
  readonly version?: string | undefined;
  readonly id?: string | undefined;
  readonly inputs: readonly OipTensor[];
  /** Names of the outputs to send; by default all. */
  readonly outputs?: readonly string[] | undefined;
  /** The server's time limit; sent in microseconds, as Triton reads it. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OipInferResponse {
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  readonly id: string | undefined;
  readonly outputs: readonly OipTensor[];
}

/** A Groundglass model's outputs for one slice. */
export interface SliceScore {
  /** Of the positive label. */
  readonly probability: number;
  /** Lesion probabilities, row by row, in the model's input frame; core's `placeMask` maps them back. */
  readonly mask: { readonly columns: number; readonly rows: number; readonly data: Float32Array };
  /** Distance from the training data, 1 being the bound; null if the model has no such output. */
  readonly distance: number | null;
}

/**
 * The client of any server of the Open Inference Protocol v2 with its binary tensor extension: Groundglass, Triton,
 * KServe. Inference has no side effects, so it is retried like a GET when the server is busy.
 */
export class OipClient {
  readonly #transport: Transport;

  constructor(options: ConnectionOptions) {
    this.#transport = new Transport(options);
  }

  /** @throws {CtError} `CT_UNREACHABLE`, or the server's error. */
  async serverMetadata(signal?: AbortSignal): Promise<OipServerMetadata> {
    return this.#get('/v2', serverMetadataSchema, signal);
  }

  /** @throws {CtError} as `serverMetadata` does. */
  async modelMetadata(
    model: string,
    version?: string,
    signal?: AbortSignal,
  ): Promise<OipModelMetadata> {
    return this.#get(modelPath(model, version), modelMetadataSchema, signal);
  }

  /**
   * The parameters of a model's `config.pbtxt` (the protocol's extension "model_configuration", which Triton has).
   *
   * @throws {CtError} as `serverMetadata` does.
   */
  async modelParameters(
    model: string,
    version?: string,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> {
    const config = await this.#get(
      `${modelPath(model, version)}/config`,
      modelConfigSchema,
      signal,
    );
    return Object.fromEntries(
      Object.entries(config.parameters).map(([name, value]) => [name, value.string_value]),
    );
  }

  /**
   * The models in the server's repository (the protocol's extension "model_repository", which Triton has and KServe mostly not).
   *
   * @throws {CtError} as `serverMetadata` does.
   */
  async repositoryIndex(signal?: AbortSignal): Promise<OipRepositoryEntry[]> {
    const response = await this.#transport.call('/v2/repository/index', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"ready":true}',
      signal,
    });
    return parseAnswer(repositoryIndexSchema, await response.text());
  }

  /** Whether the model is ready. Never throws if the server is unreachable. */
  async isModelReady(model: string, version?: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#transport.call(`${modelPath(model, version)}/ready`, {
        signal,
        idempotent: false,
      });
      return true;
    } catch (error) {
      if (signal?.aborted) throw error;
      return false;
    }
  }

  /** @throws {CtError} the server's error; `CT_CORRUPT` when its response violates the protocol. */
  async infer(request: OipInferRequest): Promise<OipInferResponse> {
    const { model, version, id, inputs, outputs, timeoutMs, signal } = request;
    const parts = inputs.map((input) => encodeTensor(input));
    const header = new TextEncoder().encode(
      JSON.stringify({
        ...(id === undefined ? {} : { id }),
        parameters: {
          binary_data_output: true,
          ...(timeoutMs === undefined ? {} : { timeout: Math.round(timeoutMs * 1000) }),
        },
        inputs: inputs.map(({ name, datatype, shape }, index) => ({
          name,
          datatype,
          shape,
          parameters: { binary_data_size: parts[index]!.length },
        })),
        ...(outputs ? { outputs: outputs.map((name) => ({ name })) } : {}),
      }),
    );
    const response = await this.#transport.call(`${modelPath(model, version)}/infer`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(header.length),
      },
      body: concatenate([header, ...parts]),
      signal,
    });
    return readInferResponse(
      new Uint8Array(await response.arrayBuffer()),
      response.headers.get('inference-header-content-length'),
    );
  }

  /**
   * Runs a Groundglass model on core's `toModelInput` of a slice, on any server that has the model.
   *
   * @param options `distance` if the model has that output, according to its metadata.
   * @throws {CtError} as `infer` does.
   */
  async scoreSlice(
    model: string,
    input: { readonly data: Float32Array; readonly shape: readonly [1, number, number] },
    {
      distance: hasDistance = false,
      ...options
    }: Pick<OipInferRequest, 'version' | 'timeoutMs' | 'signal'> & {
      readonly distance?: boolean;
    } = {},
  ): Promise<SliceScore> {
    const { outputs } = await this.infer({
      ...options,
      model,
      inputs: [{ name: 'image', datatype: 'FP32', shape: [1, ...input.shape], data: input.data }],
      outputs: ['probability', 'mask', ...(hasDistance ? ['distance'] : [])],
    });
    const probability = floatOutput(outputs, 'probability');
    const mask = floatOutput(outputs, 'mask');
    const [rows = 0, columns = 0] = mask.shape.slice(-2);
    return {
      probability: probability.data[0]!,
      mask: { columns, rows, data: mask.data },
      distance: hasDistance ? floatOutput(outputs, 'distance').data[0]! : null,
    };
  }

  async #get<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    const response = await this.#transport.call(path, { signal });
    return parseAnswer(schema, await response.text());
  }
}

/** @param declared the header with the length of the JSON; without it all is JSON. */
function readInferResponse(bytes: Uint8Array, declared: string | null): OipInferResponse {
  const headerLength = declared === null ? bytes.length : Number(declared);
  if (!(headerLength >= 0 && headerLength <= bytes.length)) {
    throw notOfProtocol(`${headerLength} bytes of JSON by Inference-Header-Content-Length`);
  }
  const text = new TextDecoder().decode(bytes.subarray(0, headerLength));
  const header = parseAnswer(inferResponseSchema, text);
  let offset = headerLength;
  const outputs = header.outputs.map(({ name, datatype, shape, parameters, data }) =>
    asAnswer(() => {
      if (data) {
        const packed = packJsonElements({ name, datatype, shape }, data);
        return decodeTensor(name, datatype, shape, packed);
      }
      const end = offset + (parameters?.binary_data_size ?? NaN);
      if (!(end <= bytes.length)) throw notOfProtocol(`data for "${name}"`);
      const part = bytes.subarray(offset, end);
      offset = end;
      return decodeTensor(name, datatype, shape, part);
    }),
  );
  return {
    modelName: header.model_name,
    modelVersion: header.model_version,
    id: header.id,
    outputs,
  };
}

/** A mismatch here is the server's fault, not the request's. */
function asAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CtError) || error.code !== 'CT_BAD_REQUEST') throw error;
    throw new CtError('CT_CORRUPT', error.message, { cause: error });
  }
}

function floatOutput(
  outputs: readonly OipTensor[],
  name: string,
): Extract<OipTensor, { datatype: 'FP32' }> {
  const output = outputs.find((tensor) => tensor.name === name);
  if (output?.datatype === 'FP32' && output.data.length > 0) return output;
  throw notOfProtocol(`the output "${name}" of FP32`);
}

function parseAnswer<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw notOfProtocol('an answer of the Open Inference Protocol', parsed.error);
}

function notOfProtocol(expected: string, cause?: unknown): CtError {
  return new CtError('CT_CORRUPT', `Expected ${expected}, the server sent something else`, {
    cause,
  });
}

function modelPath(model: string, version: string | undefined): string {
  const path = `/v2/models/${encodeURIComponent(model)}`;
  return version === undefined ? path : `${path}/versions/${encodeURIComponent(version)}`;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
