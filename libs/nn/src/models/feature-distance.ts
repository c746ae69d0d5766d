import onnxProto, { type onnx } from 'onnx-proto';
import { sizeOf } from '../graph/shape.js';
import { OnnxError } from '../onnx/read-onnx.js';

const { ModelProto, AttributeProto, TensorProto } = onnxProto.onnx;

/** Where in the backbone features are read, as shares of its depth: early enough for textures, late enough for shapes. */
const depths = [0.35, 0.6, 0.75];
/** Prefix of all added names. */
const prefix = 'distance.';

/** How far a picture's features are from those of the training data. */
export interface FeatureDistance {
  /** Mean of each of the D features over the training pictures. */
  readonly mean: Float64Array;
  /** `D * D`, row by row: features minus their mean, times this, are uncorrelated and of about equal spread. */
  readonly whitening: Float64Array;
  /** Length of the whitened features that is written as 1. */
  readonly bound: number;
}

/**
 * Adds the output `features` `[N, D]` to an exported model: spatial means of the backbone's activations at three
 * depths; of the unmirrored picture, even if the model scores its mirror image too. Removes an output `distance`.
 *
 * @throws {OnnxError} for a file without a backbone's convolutions.
 */
export function exposeFeatures(model: Uint8Array): Uint8Array {
  const file = decode(model);
  removeDistance(file);
  const graph = new GraphEditor(file);
  graph.node('Identity', [features(graph, file)], 'features');
  graph.output('features', 'D');
  return encode(file);
}

/**
 * Adds the output `distance` `[N, 1]` to an exported model, 1 being the bound; replaces an existing one. Other outputs stay as they are.
 *
 * @param metadata entries to write in addition to the file's.
 * @throws {OnnxError} as {@link exposeFeatures} does.
 * @throws {RangeError} if the statistics do not fit the model's features.
 */
export function addDistance(
  model: Uint8Array,
  { mean, whitening, bound }: FeatureDistance,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const size = mean.length;
  if (whitening.length !== size * size || !(bound > 0))
    throw new RangeError(`Expected ${size}×${size} values of whitening and a bound over 0`);
  const file = decode(model);
  removeDistance(file);
  const graph = new GraphEditor(file);
  const centred = graph.node('Sub', [features(graph, file), graph.floats([1, size], mean)]);
  // The graph multiplies rows from the left: transpose the matrix and divide it by the bound.
  const turned = Float64Array.from(whitening, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return whitening[column * size + row]! / bound;
  });
  const white = graph.node('MatMul', [centred, graph.floats([size, size], turned)]);
  const squares = graph.node('Mul', [white, white]);
  const ones = graph.floats([size, 1], new Float64Array(size).fill(1));
  graph.node('Sqrt', [graph.node('MatMul', [squares, ones])], 'distance');
  graph.output('distance', 1);
  const kept = file.metadataProps.filter(
    ({ key }) => !(key !== undefined && key !== null && key in metadata),
  );
  file.metadataProps = [
    ...kept,
    ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
  ];
  return encode(file);
}

function decode(model: Uint8Array): onnx.ModelProto {
  try {
    const file = ModelProto.decode(model);
    if (file.graph?.node?.length) return file;
  } catch (cause) {
    throw new OnnxError('Expected an ONNX file, its bytes are not a protocol buffer', { cause });
  }
  throw new OnnxError('Expected an ONNX file, it has no graph');
}

function encode(file: onnx.ModelProto): Uint8Array {
  return ModelProto.encode(file).finish();
}

function removeDistance({ graph }: onnx.ModelProto): void {
  if (!graph) return;
  const isAdded = (name: string | null | undefined): boolean =>
    name === 'distance' || (name?.startsWith(prefix) ?? false);
  graph.node = (graph.node ?? []).filter((node) => !isAdded(node.output?.[0]));
  graph.initializer = (graph.initializer ?? []).filter(({ name }) => !isAdded(name));
  graph.output = (graph.output ?? []).filter(({ name }) => !isAdded(name));
}

/** Writes the nodes that read the features; returns the name of the tensor `[N, D]`. */
function features(graph: GraphEditor, file: onnx.ModelProto): string {
  const taps = tapsOf(file);
  if (taps.length === 0)
    throw new OnnxError('Expected a model with the convolutions of a backbone, there is none');
  const pooled = taps.map((tap) =>
    graph.node('Flatten', [graph.node('GlobalAveragePool', [tap])], undefined, { axis: 1 }),
  );
  const all =
    pooled.length === 1 ? pooled[0]! : graph.node('Concat', pooled, undefined, { axis: 1 });
  const isMirrored = file.metadataProps.some(
    ({ key, value }) => key === 'flip' && value === 'true',
  );
  if (!isMirrored) return all;
  // The mirror images follow the pictures.
  return graph.firstHalf(all);
}

/** The tensors to read: for each network of the model the narrowest inputs of convolutions near the three depths. */
function tapsOf({ graph }: onnx.ModelProto): string[] {
  const channels = new Map(
    (graph?.initializer ?? []).map(({ name, dims }) => [name ?? '', (dims ?? []).map(Number)]),
  );
  // Weights stored as halves or integers are widened first.
  for (const { opType, input, output } of graph?.node ?? []) {
    const shape =
      opType === 'Cast' || opType === 'DequantizeLinear'
        ? channels.get(input?.[0] ?? '')
        : undefined;
    if (shape) channels.set(output?.[0] ?? '', shape);
  }
  const networks = new Map<string, { input: string; width: number }[]>();
  for (const { opType, input } of graph?.node ?? []) {
    const [data = '', weight = ''] = input ?? [];
    const member = /^(?<member>(?:member\d+\.)?)backbone\./.exec(weight)?.groups?.member;
    const width = channels.get(weight)?.[1] ?? 0;
    // A depthwise convolution's width is 1, which says nothing about its input's.
    if (opType !== 'Conv' || member === undefined || width <= 1) continue;
    const convolutions = networks.get(member) ?? [];
    convolutions.push({ input: data, width });
    networks.set(member, convolutions);
  }
  return [...networks.values()].flatMap((convolutions) =>
    depths.map((depth) => {
      const at = Math.round(depth * (convolutions.length - 1));
      const near = convolutions.slice(Math.max(0, at - 1), at + 2);
      return near.reduce((best, each) => (each.width <= best.width ? each : best)).input;
    }),
  );
}

/** Appends nodes, constants and outputs to a graph. */
class GraphEditor {
  readonly #graph: onnx.IGraphProto;
  #count = 0;

  constructor({ graph }: onnx.ModelProto) {
    this.#graph = graph!;
  }

  node(
    type: string,
    input: readonly string[],
    output = `${prefix}${type.toLowerCase()}_${this.#count}`,
    attributes: Readonly<Record<string, number>> = {},
  ): string {
    this.#append(type, input, [output], attributes);
    return output;
  }

  /** The first half of the rows. */
  firstHalf(input: string): string {
    const names = [`${prefix}straight`, `${prefix}mirrored`] as const;
    this.#append('Split', [input], [...names], { axis: 0, num_outputs: 2 });
    return names[0];
  }

  floats(dims: number[], values: Float64Array): string {
    if (values.length !== sizeOf(dims)) throw new RangeError(`Expected ${dims.join('×')} values`);
    const name = `${prefix}constant_${this.#count++}`;
    const rawData = new Uint8Array(Float32Array.from(values).buffer);
    const { FLOAT } = TensorProto.DataType;
    this.#graph.initializer = [
      ...(this.#graph.initializer ?? []),
      { name, dataType: FLOAT, dims, rawData },
    ];
    return name;
  }

  output(name: string, columns: number | string): void {
    const last = typeof columns === 'number' ? { dimValue: columns } : { dimParam: columns };
    const shape = { dim: [{ dimParam: 'N' }, last] };
    const type = { tensorType: { elemType: TensorProto.DataType.FLOAT, shape } };
    this.#graph.output = [...(this.#graph.output ?? []), { name, type }];
  }

  #append(
    opType: string,
    input: readonly string[],
    output: string[],
    attributes: Readonly<Record<string, number>>,
  ): void {
    const attribute = Object.entries(attributes).map(([name, i]) => ({
      name,
      type: AttributeProto.AttributeType.INT,
      i,
    }));
    const name = `${prefix}node_${this.#count++}`;
    this.#graph.node = [
      ...(this.#graph.node ?? []),
      { name, opType, input: [...input], output, attribute },
    ];
  }
}
