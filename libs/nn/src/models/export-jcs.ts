import { emitForward } from '../graph/differentiate.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { foldBatchNorms } from './fold-batch-norms.js';
import { buildJcs, type JcsConfig } from './jcs.js';
import { emitLesionEvidence } from './lesion-evidence.js';

/** What an exported model says about itself, apart from its weights. */
export interface ModelMetadata {
  readonly name: string;
  readonly version: string;
  readonly trained: boolean;
  /** Decision threshold on the probability, chosen on validation data. */
  readonly threshold: number;
  /** Temperature that logits are divided by before the softmax. */
  readonly temperature: number;
  /** What it was trained on, for display. */
  readonly trainingData: string;
  readonly crop: 'none' | 'chest';
  /** The class names for servers, the positive one last; a comma in a name becomes a space. */
  readonly labels?: readonly [negative: string, positive: string];
  /** How the answer combines the network's outputs for the picture and for its mask; by default only the former. */
  readonly decision?: Decision;
}

/**
 * The logit of the positive class against the negative one as `head · d + lesion · e + bias`: d is the difference of the classification
 * branch's logits, e the lesion evidence of the mask (`lesionEvidence`). Chosen on validation pictures.
 */
export interface Decision {
  readonly head: number;
  readonly lesion: number;
  readonly bias: number;
}

/** One trained network of an exported model. */
export interface JcsMember {
  readonly config: JcsConfig;
  readonly weights: NamedTensors;
}

/** How a model is exported. */
export interface ExportOptions {
  /** Also score the left–right mirror image of each picture, and take the mean. */
  readonly flip?: boolean;
  /** `float16` stores large weights as halves, which are widened when the model is loaded: half the file size, the same speed. */
  readonly precision?: 'float32' | 'float16';
}

/**
 * Writes the model that servers run: input `image` float32 `[N, 1, H, W]` in 0–1 of any size; outputs `probability` `[N, 1]`, `logits` `[N, 2]`
 * (negative, positive) and `mask` `[N, 1, S, S]`. The antialiased resize to S and the normalisation are inside; batch normalisation that
 * follows a convolution is folded into its weights.
 *
 * Several members are an ensemble, each with its own size and normalisation. The logits of all members and mirror images are averaged
 * before the temperature. Their mask probabilities, mirrored back and resized to the first member's S, are averaged too. Classifiers
 * have no mask, and their export has no output `mask`.
 *
 * @throws {RangeError} without a member, if a weight is missing, or if some members have masks and others none.
 */
export function exportJcs(
  members: readonly JcsMember[],
  metadata: ModelMetadata,
  { flip = false, precision = 'float32' }: ExportOptions = {},
): Uint8Array {
  const [first] = members;
  if (!first) throw new RangeError('Expected at least one member, got none');
  const size = first.config.imageSize;
  const emit = new OnnxEmitter();
  const votes = members.map((member, i) =>
    emitMember(emit, member, {
      prefix: members.length === 1 ? '' : `member${i}.`,
      flip,
      precision,
    }),
  );
  const masks = votes.flatMap(({ mask }, i) => {
    if (mask === undefined) return [];
    return [members[i]!.config.imageSize === size ? mask : resizeTo(emit, mask, size)];
  });
  if (masks.length > 0 && masks.length < members.length)
    throw new RangeError(
      `Expected members with masks or members without, ${masks.length} of ${members.length} have one`,
    );
  const mask = masks.length > 0 ? emit.named('mask', 'Identity', [mean(emit, masks)]) : undefined;
  if (metadata.decision && mask === undefined)
    throw new RangeError('Expected a network with a mask for a decision that reads it');
  const head = mean(
    emit,
    votes.map(({ logits }) => logits),
  );
  const raw = metadata.decision && mask ? emitDecision(emit, head, mask, metadata.decision) : head;
  emit.named('logits', 'Identity', [raw]);
  const warm =
    metadata.temperature === 1 ? raw : emit.div(raw, emit.floats([metadata.temperature]));
  const probabilities = emit.node('Softmax', [warm], { axis: 1 });
  emit.named('probability', 'Slice', [
    probabilities,
    emit.integers([1]),
    emit.integers([2]),
    emit.integers([1]),
  ]);
  return writeOnnx({
    name: metadata.name,
    graph: emit,
    inputs: [{ name: 'image', shape: ['N', 1, 'H', 'W'] }],
    outputs: [
      { name: 'probability', shape: ['N', 1] },
      { name: 'logits', shape: ['N', 2] },
      ...(masks.length > 0 ? [{ name: 'mask', shape: ['N', 1, size, size] }] : []),
    ],
    metadata: {
      name: metadata.name,
      version: metadata.version,
      trained: String(metadata.trained),
      threshold: String(metadata.threshold),
      temperature: String(metadata.temperature),
      training_data: metadata.trainingData,
      crop: metadata.crop,
      ...(metadata.labels
        ? { labels: metadata.labels.map((label) => label.replaceAll(',', ' ')).join(',') }
        : {}),
      ...(metadata.decision ? { decision: JSON.stringify(metadata.decision) } : {}),
      flip: String(flip),
      precision,
      members: JSON.stringify(members.map(({ config }) => config)),
    },
  });
}

/** See {@link Decision}; the two logits are `∓` half of it, so that it is their difference. */
function emitDecision(
  emit: OnnxEmitter,
  logits: string,
  mask: string,
  { head, lesion, bias }: Decision,
): string {
  const of = (index: number) => emit.slice(logits, [index], [index + 1], [1]);
  const difference = emit.sub(of(1), of(0));
  const evidence = emitLesionEvidence(emit, mask);
  const logit = emit.add(
    emit.add(emit.mul(difference, emit.scalar(head)), emit.mul(evidence, emit.scalar(lesion))),
    emit.scalar(bias),
  );
  const half = (sign: number) => emit.mul(logit, emit.scalar(sign / 2));
  return emit.node('Concat', [half(-1), half(1)], { axis: 1 });
}

/** Writes one network; with `flip` the pictures and their mirror images run as one batch. */
function emitMember(
  emit: OnnxEmitter,
  { config, weights }: JcsMember,
  { prefix, flip, precision }: Required<ExportOptions> & { prefix: string },
): { logits: string; mask: string | undefined } {
  const { logits, maskLogits } = buildJcs(config);
  const folded = foldBatchNorms(maskLogits ? [logits, maskLogits] : [logits], weights);
  const { imageSize: size } = config;
  const square = emit.once(`image of ${size}`, () => resizeTo(emit, 'image', size));
  const views = flip
    ? emit.once(`views of ${size}`, () =>
        emit.node('Concat', [square, mirror(emit, square)], { axis: 0 }),
      )
    : square;
  const written = new Set<string>();
  const { names } = emitForward(emit, folded.outputs, 'inference', (node) => {
    if (node.kind === 'input') return node.name === 'image' ? views : '';
    const { name, shape } = node.variable;
    if (!written.has(name)) {
      const tensor = folded.weights.get(name);
      if (!tensor) throw new RangeError(`Expected the weight ${name}, it is missing`);
      if (precision === 'float16') emit.halfWeight(prefix + name, shape, tensor.data);
      else emit.weight(prefix + name, shape, tensor.data);
      written.add(name);
    }
    return prefix + name;
  });
  const [score, lesions] = folded.outputs.map((node) => names.get(node)!) as [
    string,
    string | undefined,
  ];
  const mask = lesions === undefined ? undefined : emit.node('Sigmoid', [lesions]);
  if (!flip) return { logits: score, mask };
  const halves = (x: string) =>
    emit.multi('Split', [x], 2, { axis: 0, num_outputs: 2 }) as [string, string];
  if (mask === undefined) return { logits: mean(emit, halves(score)), mask };
  const [straight, mirrored] = halves(mask);
  return {
    logits: mean(emit, halves(score)),
    mask: mean(emit, [straight, mirror(emit, mirrored)]),
  };
}

/** Bilinear and antialiased, as PyTorch's `interpolate(antialias=True)`. */
function resizeTo(emit: OnnxEmitter, x: string, size: number): string {
  return emit.node('Resize', [x, '', '', emit.integers([size, size])], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
    antialias: 1,
    exclude_outside: 1,
    axes: [2, 3],
  });
}

/** Mirrored left to right. */
function mirror(emit: OnnxEmitter, x: string): string {
  return emit.slice(x, [-1], [-Number.MAX_SAFE_INTEGER], [3], [-1]);
}

function mean(emit: OnnxEmitter, values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  const sum = values.reduce((total, value) => emit.add(total, value));
  return emit.mul(sum, emit.scalar(1 / values.length));
}
