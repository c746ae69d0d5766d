import onnxProto, { type onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from '../engine/onnx-runtime.js';
import { sessionOptions, type SessionOptions } from '../engine/session-options.js';
import { OnnxError } from '../onnx/read-onnx.js';
import { ActivationStatistics } from './activation-statistics.js';
import { bytesOf, readFloatGraph, toInitializer, type FloatGraph } from './float-graph.js';
import { quantisedParts, type QuantisedParts } from './quantised-tensors.js';
import { biasErrors, quantiseWeights } from './quantise-weights.js';

const { ModelProto, TensorProto, AttributeProto } = onnxProto.onnx;
const { FLOAT, INT8, UINT8, INT32 } = TensorProto.DataType;

/**
 * Turns an exported model's convolutions into 8-bit ones after training (static quantisation in ONNX's QDQ form, as
 * `onnxruntime.quantization.quantize_static` writes it): weights signed and per output channel, activations unsigned with the ranges
 * observed on pictures of the training data, biases corrected for the effect of rounded weights on the means. Inputs, outputs and
 * text entries stay.
 */
export class Quantiser {
  readonly #graph: FloatGraph;
  readonly #parts: QuantisedParts;
  readonly #session: InferenceSession;
  readonly #statistics = new Map<string, ActivationStatistics>();

  private constructor(graph: FloatGraph, parts: QuantisedParts, session: InferenceSession) {
    this.#graph = graph;
    this.#parts = parts;
    this.#session = session;
  }

  /** @throws {OnnxError} for a file that is not a float model with convolutions. */
  static async create(model: Uint8Array, options: SessionOptions = {}): Promise<Quantiser> {
    const graph = readFloatGraph(model);
    const parts = quantisedParts(graph);
    if (parts.tensors.length === 0)
      throw new OnnxError('Expected a model with convolutions, there is none to quantise');
    const { file } = graph;
    const wanted = new Set([
      ...parts.tensors,
      ...innerResizes(graph).map(({ input }) => input![0]!),
    ]);
    const outputs = file.graph!.output!;
    file.graph!.output = [
      ...[...wanted].map((name) => ({ name, type: { tensorType: { elemType: FLOAT } } })),
    ];
    const bytes = ModelProto.encode(file).finish();
    file.graph!.output = outputs;
    return new Quantiser(
      graph,
      parts,
      await InferenceSession.create(bytes, sessionOptions(options)),
    );
  }

  /**
   * Observes the activations of every tensor for one picture.
   *
   * @param pixels `rows * columns` values in 0–1.
   */
  async observe(
    pixels: Float32Array,
    { rows, columns }: { readonly rows: number; readonly columns: number },
  ): Promise<void> {
    const image = new Tensor('float32', pixels, [1, 1, rows, columns]);
    const tensors = await this.#session.run({ image });
    for (const [name, tensor] of Object.entries(tensors)) {
      const statistics = this.#statistics.get(name) ?? new ActivationStatistics();
      statistics.add(tensor.data as Float32Array, tensor.dims);
      this.#statistics.set(name, statistics);
    }
  }

  /**
   * The quantised model.
   *
   * @param metadata text entries to write in addition to the model's.
   * @throws {RangeError} before a picture was observed.
   */
  quantise(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    if (this.#statistics.size === 0)
      throw new RangeError('Expected pictures to be observed before quantise, there was none');
    const file = ModelProto.decode(ModelProto.encode(this.#graph.file).finish());
    new Rewriter(file.graph!, this.#graph, this.#parts, this.#statistics).rewrite();
    file.metadataProps = [
      ...file.metadataProps.filter(({ key }) => metadata[key ?? ''] === undefined),
      ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
    ];
    return ModelProto.encode(file).finish();
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Each Resize except that of the picture, whose size is open. */
function innerResizes({ nodes, file }: FloatGraph): onnx.INodeProto[] {
  const inputs = new Set((file.graph?.input ?? []).map(({ name }) => name));
  return nodes.filter(({ opType, input }) => opType === 'Resize' && !inputs.has(input?.[0] ?? ''));
}

/** Writes the nodes and constants of the quantised graph. */
class Rewriter {
  readonly #out: onnx.IGraphProto;
  readonly #graph: FloatGraph;
  readonly #parts: QuantisedParts;
  readonly #statistics: ReadonlyMap<string, ActivationStatistics>;
  /** By name; unused ones are removed at the end. */
  readonly #initializers: Map<string, onnx.ITensorProto>;
  readonly #nodes: onnx.INodeProto[] = [];
  /** The rounded form of a tensor. */
  readonly #rounded = new Map<string, string>();

  constructor(
    out: onnx.IGraphProto,
    graph: FloatGraph,
    parts: QuantisedParts,
    statistics: ReadonlyMap<string, ActivationStatistics>,
  ) {
    this.#out = out;
    this.#graph = graph;
    this.#parts = parts;
    this.#statistics = statistics;
    this.#initializers = new Map((out.initializer ?? []).map((each) => [each.name!, each]));
  }

  rewrite(): void {
    const resizes = new Set(innerResizes(this.#graph).map(({ name }) => name));
    const tensors = new Set(this.#parts.tensors);
    for (const name of tensors) if (this.#isInput(name)) this.#round(name);
    for (const node of this.#out.node ?? []) {
      if (resizes.has(node.name)) this.#scale(node);
      if (node.opType === 'Conv' && this.#parts.nodes.has(node.name!)) this.#convolution(node);
      node.input = (node.input ?? []).map((name) => this.#rounded.get(name) ?? name);
      this.#nodes.push(node);
      for (const name of node.output ?? []) if (tensors.has(name)) this.#round(name);
    }
    const read = new Set(this.#nodes.flatMap(({ input }) => input ?? []));
    this.#out.node = this.#nodes;
    this.#out.initializer = [...this.#initializers.values()].filter(({ name }) => read.has(name!));
  }

  #isInput(name: string): boolean {
    return (this.#out.input ?? []).some((input) => input.name === name);
  }

  /** Rounds a tensor and widens it again; ONNX Runtime turns the op between two such pairs into an 8-bit operation. */
  #round(name: string): void {
    const { scale, zero } = this.#steps(name);
    const constants = [
      this.#constant(`${name}.scale`, FLOAT, [], Float32Array.of(scale)),
      this.#constant(`${name}.zero`, UINT8, [], Uint8Array.of(zero)),
    ];
    const [small, wide] = [`${name}.uint8`, `${name}.rounded`];
    this.#nodes.push(
      {
        name: `${name}.round`,
        opType: 'QuantizeLinear',
        input: [name, ...constants],
        output: [small],
      },
      {
        name: `${name}.widen`,
        opType: 'DequantizeLinear',
        input: [small, ...constants],
        output: [wide],
      },
    );
    this.#rounded.set(name, wide);
  }

  #steps(name: string): { readonly scale: number; readonly zero: number } {
    const { low, high } = this.#statistics.get(name)!.range;
    const scale = Math.fround(high > low ? (high - low) / 255 : 1);
    return { scale, zero: Math.round(-low / scale) };
  }

  #convolution(node: onnx.INodeProto): void {
    const [data, weight, bias] = node.input as [string, string, string?];
    const floats = this.#graph.constants.get(weight)!;
    const group = node.attribute?.find(({ name }) => name === 'group');
    // protobufjs has a class of its own for integers of 64 bits.
    const quantised = quantiseWeights(floats, Number((group?.i as unknown) ?? 1));
    const channels = floats.dims[0]!;
    const errors = biasErrors(floats, quantised, this.#statistics.get(data)!.means);
    const own = bias ? this.#graph.constants.get(bias)!.data : new Float32Array(channels);
    const { scale } = this.#steps(data);
    const scales = quantised.scales.map((each) => each * scale);
    const values = Int32Array.from(own, (value, at) =>
      Math.round((value - errors[at]!) / scales[at]!),
    );
    node.input = [
      data,
      this.#widened(weight, INT8, floats.dims, quantised.values, quantised.scales),
      this.#widened(`${node.name}.bias`, INT32, [channels], values, scales),
    ];
  }

  /** A constant of integers with a scale per index of its first axis; keeps the name of the floats that it replaces. */
  #widened(
    name: string,
    type: onnx.TensorProto.DataType,
    dims: readonly number[],
    values: Int8Array | Int32Array,
    scales: Float32Array,
  ): string {
    if (this.#nodes.some(({ output }) => output?.[0] === name)) return name; // shared by two layers
    this.#initializers.delete(name);
    const channels = [dims[0]!];
    const zeros = type === INT8 ? new Int8Array(channels[0]!) : new Int32Array(channels[0]!);
    this.#nodes.push({
      name: `${name}.widen`,
      opType: 'DequantizeLinear',
      input: [
        this.#constant(`${name}.integers`, type, dims, values),
        this.#constant(`${name}.scales`, FLOAT, channels, scales),
        this.#constant(`${name}.zeros`, type, channels, zeros),
      ],
      output: [name],
      attribute: [{ name: 'axis', type: AttributeProto.AttributeType.INT, i: 0 }],
    });
    return name;
  }

  /** A Resize with a scale for each of its four axes: with `axes`, ONNX Runtime does not load it together with 8-bit convolutions. */
  #scale(node: onnx.INodeProto): void {
    const axes = node.attribute?.find(({ name }) => name === 'axes');
    const target = this.#initializers.get(node.input?.[3] ?? '');
    const sizes = target?.rawData?.length
      ? [...new BigInt64Array(Uint8Array.from(target.rawData).buffer)].map(Number)
      : target?.int64Data?.map(Number);
    if (!axes || sizes?.length !== 2) return;
    const [, , rows, columns] = this.#statistics.get(node.input![0]!)!.dims as number[];
    const scales = Float32Array.of(1, 1, sizes[0]! / rows!, sizes[1]! / columns!);
    node.input = [
      node.input![0]!,
      '',
      toInitializerName(this.#initializers, `${node.name}.scales`, scales),
    ];
    node.attribute = node.attribute!.filter((each) => each !== axes);
  }

  #constant(
    name: string,
    dataType: onnx.TensorProto.DataType,
    dims: readonly number[],
    values: ArrayBufferView,
  ): string {
    this.#initializers.set(name, { name, dataType, dims: [...dims], rawData: bytesOf(values) });
    return name;
  }
}

function toInitializerName(
  initializers: Map<string, onnx.ITensorProto>,
  name: string,
  data: Float32Array,
): string {
  initializers.set(name, toInitializer(name, { dims: [data.length], data }));
  return name;
}
