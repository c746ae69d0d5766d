import type { BackboneName } from '../models/jcs.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/**
 * Turns ImageNet weights with torchvision's names into those of a joint model's backbone. The first convolution takes three
 * colours; a grey image is three equal ones, so that its weights can be summed over the colours: the sum gives the same
 * values where the three are normalised alike. Classifier weights are left out.
 *
 * @throws {RangeError} when there is no weight of the backbone.
 */
export function importBackbone(
  backbone: BackboneName,
  given: NamedTensors,
): Map<string, NamedTensor> {
  const first = backbone === 'mobilenet-v2' ? 'features.0.0.weight' : 'features.conv0.weight';
  const result = new Map<string, NamedTensor>();
  for (const [name, tensor] of given) {
    if (!name.startsWith('features.') || name.endsWith('num_batches_tracked')) continue;
    result.set(`backbone.${name}`, name === first ? sumColours(tensor) : tensor);
  }
  if (!result.has(`backbone.${first}`)) {
    throw new RangeError(
      `Expected weights of ${backbone} with torchvision's names, "${first}" is missing`,
    );
  }
  return result;
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
