import { buildJcs, type BackboneName } from '../models/jcs.js';
import {
  invertedResidualNets,
  isInvertedResidual,
  type InvertedResidualName,
  type InvertedResidualNet,
} from '../models/inverted-residuals.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/**
 * Renames ImageNet weights from torchvision's, timm's or efficientnet-pytorch's names to those of a joint model's backbone. The first
 * convolution takes three colours; a grey image is three equal ones, so its weights can be summed over the colours: the sum gives the same
 * values if the three are normalised in the same way. Classifier weights are omitted.
 *
 * @throws {RangeError} naming the weights that are missing or have another shape.
 */
export function importBackbone(
  backbone: BackboneName,
  given: NamedTensors,
): Map<string, NamedTensor> {
  const first = isInvertedResidual(backbone) ? 'features.0.0.weight' : 'features.conv0.weight';
  const own = ownNames(backbone);
  const named = new Map([...given].map(([name, tensor]) => [own(name), tensor]));
  const last = isInvertedResidual(backbone) ? `features.${blocksOf(backbone) + 1}.` : undefined;
  const result = new Map<string, NamedTensor>();
  const wrong: string[] = [];
  for (const [name, { shape }] of backboneShapes(backbone)) {
    const tensor = named.get(name);
    const imported = tensor && name === first ? sumColours(tensor) : tensor;
    if (imported?.shape.join() === shape.join()) result.set(`backbone.${name}`, imported);
    // Some files lack the last layer, and some networks do not need it.
    else if (tensor !== undefined || !(last && name.startsWith(last)))
      wrong.push(`"${name}" of ${shape.join('×')} (${tensor?.shape.join('×') ?? 'missing'})`);
  }
  if (wrong.length > 0) {
    const rest = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
    throw new RangeError(
      `Expected weights of ${backbone} with the names of torchvision, timm or efficientnet-pytorch: ${wrong[0]!}${rest}`,
    );
  }
  return result;
}

/** The backbone's variables by torchvision's names. */
function backboneShapes(backbone: BackboneName): Map<string, { shape: readonly number[] }> {
  const { graph } = buildJcs({
    backbone,
    outputStride: 32,
    asppChannels: 1,
    asppRates: [1],
    backboneFeatures: true,
    dropout: 0,
    imageSize: 64,
    mean: 0,
    deviation: 1,
  });
  const prefix = 'backbone.';
  return new Map(
    [...graph.variables.values()]
      .filter(({ variable }) => variable.name.startsWith(prefix))
      .map(({ variable }) => [variable.name.slice(prefix.length), variable]),
  );
}

/** Blocks of a network of inverted residuals. */
function blocksOf(backbone: InvertedResidualName): number {
  return invertedResidualNets[backbone].stages.reduce((sum, [, , repeats]) => sum + repeats, 0);
}

/** The name here of a weight that timm, efficientnet-pytorch or torchvision's first checkpoints name differently; other names stay. */
function ownNames(backbone: BackboneName): (name: string) => string {
  // torchvision's DenseNet files of 2017 write norm.1 where its modules are called norm1.
  if (!isInvertedResidual(backbone))
    return (name) => name.replace(/(denselayer\d+\.(?:norm|conv))\.([12]\.)/, '$1$2');
  const names = otherNames(invertedResidualNets[backbone], blocksOf(backbone) + 1);
  return (name) => names.get(name) ?? name;
}

/**
 * Maps other names of inverted residuals to those here, which are torchvision's of MobileNetV2 (`features.2.conv.0.0.weight`): timm's
 * (`blocks.1.0.conv_pw.weight`) and efficientnet-pytorch's (`_blocks.1._expand_conv.weight`).
 */
function otherNames({ stages }: InvertedResidualNet, last: number): Map<string, string> {
  const names = new Map<string, string>();
  const pair = (conv: string, norm: string, to: string, toNorm: string) => {
    names.set(`${conv}.weight`, `${to}.weight`);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      names.set(`${norm}.${part}`, `${toNorm}.${part}`);
  };
  pair('conv_stem', 'bn1', 'features.0.0', 'features.0.1');
  pair('conv_head', 'bn2', `features.${last}.0`, `features.${last}.1`);
  pair('_conv_stem', '_bn0', 'features.0.0', 'features.0.1');
  pair('_conv_head', '_bn1', `features.${last}.0`, `features.${last}.1`);
  let index = 1;
  for (const [stage, [expansion, , repeats]] of stages.entries()) {
    for (let i = 0; i < repeats; i++) {
      const timm = `blocks.${stage}.${i}`;
      const pytorch = `_blocks.${index - 1}`;
      const to = `features.${index++}.conv`;
      const layers = [
        ['conv_pw', '_expand_conv', '_bn0'],
        ['conv_dw', '_depthwise_conv', '_bn1'],
        ['conv_pwl', '_project_conv', '_bn2'],
      ].slice(expansion === 1 ? 1 : 0) as [string, string, string][];
      for (const [k, [layer, conv, norm]] of layers.entries()) {
        // A block without expansion is timm's depthwise separable one, whose last layer is called conv_pw.
        const own = expansion === 1 && layer === 'conv_pwl' ? 'conv_pw' : layer;
        // The last layer of a block has no ReLU and is therefore not in a Sequential.
        const [at, normAt] = k < layers.length - 1 ? [`${k}.0`, `${k}.1`] : [k, k + 1];
        pair(`${timm}.${own}`, `${timm}.bn${k + 1}`, `${to}.${at}`, `${to}.${normAt}`);
        pair(`${pytorch}.${conv}`, `${pytorch}.${norm}`, `${to}.${at}`, `${to}.${normAt}`);
      }
    }
  }
  return names;
}

function sumColours({ shape, data }: NamedTensor): NamedTensor {
  const [o, c, k, l] = shape as [number, number, number, number];
  if (c === 1) return { shape, data };
  const grey = new Float32Array(o * k * l);
  for (let i = 0; i < o; i++) {
    for (let j = 0; j < c; j++) {
      for (let p = 0; p < k * l; p++) grey[i * k * l + p]! += data[(i * c + j) * k * l + p]!;
    }
  }
  return { shape: [o, 1, k, l], data: grey };
}
