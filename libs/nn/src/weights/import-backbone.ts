import { buildJcs, type BackboneName } from '../models/jcs.js';
import { mobileNetV2 } from '../models/mobilenet-v2.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/**
 * Turns ImageNet weights with torchvision's or timm's names into those of a joint model's backbone. The first convolution takes three
 * colours; a grey image is three equal ones, so that its weights can be summed over the colours: the sum gives the same
 * values where the three are normalised alike. Classifier weights are left out.
 *
 * @throws {RangeError} naming the weights that are missing or have another shape.
 */
export function importBackbone(
  backbone: BackboneName,
  given: NamedTensors,
): Map<string, NamedTensor> {
  const first = backbone === 'mobilenet-v2' ? 'features.0.0.weight' : 'features.conv0.weight';
  const named = new Map(
    [...given].map(([name, tensor]) => [torchvisionName(backbone, name), tensor]),
  );
  const result = new Map<string, NamedTensor>();
  const wrong: string[] = [];
  for (const [name, { shape }] of backboneShapes(backbone)) {
    const tensor = named.get(name);
    const imported = tensor && name === first ? sumColours(tensor) : tensor;
    if (imported?.shape.join() === shape.join()) result.set(`backbone.${name}`, imported);
    // Not every file has the last layer, and not every network.
    else if (tensor !== undefined || !name.startsWith(lastLayer))
      wrong.push(`"${name}" of ${shape.join('×')} (${tensor?.shape.join('×') ?? 'missing'})`);
  }
  if (wrong.length > 0) {
    const rest = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
    throw new RangeError(
      `Expected weights of ${backbone} with torchvision's or timm's names: ${wrong[0]!}${rest}`,
    );
  }
  return result;
}

/** MobileNetV2's last layer, by torchvision's names. */
const lastLayer = 'features.18.';

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

/** torchvision's name of a weight that timm or torchvision's first checkpoints named otherwise; other names stay. */
function torchvisionName(backbone: BackboneName, name: string): string {
  // torchvision's DenseNet files of 2017 write norm.1 where its modules are called norm1.
  if (backbone !== 'mobilenet-v2')
    return name.replace(/(denselayer\d+\.(?:norm|conv))\.([12]\.)/, '$1$2');
  return timmMobileNetV2().get(name) ?? name;
}

/** timm's names of MobileNetV2 (`blocks.1.0.conv_pw.weight`) to torchvision's (`features.2.conv.0.0.weight`). */
function timmMobileNetV2(): Map<string, string> {
  const names = new Map<string, string>();
  const pair = (conv: string, norm: string, to: string, toNorm: string) => {
    names.set(`${conv}.weight`, `${to}.weight`);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      names.set(`${norm}.${part}`, `${toNorm}.${part}`);
  };
  pair('conv_stem', 'bn1', 'features.0.0', 'features.0.1');
  pair('conv_head', 'bn2', 'features.18.0', 'features.18.1');
  let index = 1;
  for (const [stage, [expansion, , repeats]] of mobileNetV2.blocks.entries()) {
    for (let i = 0; i < repeats; i++) {
      const from = `blocks.${stage}.${i}`;
      const to = `features.${index++}.conv`;
      const layers =
        expansion === 1
          ? (['conv_dw', 'conv_pw'] as const)
          : (['conv_pw', 'conv_dw', 'conv_pwl'] as const);
      for (const [k, layer] of layers.entries()) {
        const norm = `${from}.bn${k + 1}`;
        // The last layer of a block has no ReLU and so stands in no Sequential of its own.
        if (k < layers.length - 1) pair(`${from}.${layer}`, norm, `${to}.${k}.0`, `${to}.${k}.1`);
        else pair(`${from}.${layer}`, norm, `${to}.${k}`, `${to}.${k + 1}`);
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
