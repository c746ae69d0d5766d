import { expect, test } from 'vitest';
import { buildClassifier } from '../models/classifier.js';
import type { BackboneName } from '../models/jcs.js';
import { importBackbone } from './import-backbone.js';
import { initialise } from './initialise.js';
import type { NamedTensors } from './named-tensors.js';

/** Weights like ImageNet's: three colours, torchvision's names. */
function imageNet(backbone: BackboneName): NamedTensors {
  const config = { backbone, channels: 3, imageSize: 64, classes: 5 };
  return initialise(buildClassifier(config).graph, 7);
}

const renamed = (tensors: NamedTensors, rename: (name: string) => string): NamedTensors =>
  new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));

/** Stage and block of torchvision's features 1 to 17 in timm's mobilenetv2_100. */
const stages = ['0.0', '1.0', '1.1', '2.0', '2.1', '2.2', '3.0', '3.1', '3.2', '3.3'].concat(
  ...['4.0', '4.1', '4.2', '5.0', '5.1', '5.2', '6.0'],
);

/** torchvision's position in a block to timm's name; the first block has no expansion. */
const layers: Readonly<Record<string, string>> = {
  '0.0': 'conv_pw',
  '0.1': 'bn1',
  '1.0': 'conv_dw',
  '1.1': 'bn2',
  '2': 'conv_pwl',
  '3': 'bn3',
};
const firstLayers: Readonly<Record<string, string>> = {
  '0.0': 'conv_dw',
  '0.1': 'bn1',
  '1': 'conv_pw',
  '2': 'bn2',
};

function timmName(name: string): string {
  const block = /^features\.(\d+)\.conv\.(\d(?:\.\d)?)\.(\w+)$/.exec(name);
  if (block) {
    const [, index, layer, field] = block as unknown as [string, string, string, string];
    const known = index === '1' ? firstLayers : layers;
    return `blocks.${stages[Number(index) - 1]!}.${known[layer]!}.${field}`;
  }
  return name
    .replace('features.0.0.', 'conv_stem.')
    .replace('features.0.1.', 'bn1.')
    .replace('features.18.0.', 'conv_head.')
    .replace('features.18.1.', 'bn2.');
}

test('timm’s names of MobileNetV2 give what torchvision’s give', () => {
  const weights = imageNet('mobilenet-v2');
  const timm = renamed(weights, timmName);
  expect(timm.has('blocks.6.0.bn3.running_var')).toBe(true);
  expect(importBackbone('mobilenet-v2', timm)).toEqual(importBackbone('mobilenet-v2', weights));
});

test('torchvision’s DenseNet files of 2017, which write norm.1 for norm1, give the same', () => {
  const weights = imageNet('densenet-tiny');
  const old = renamed(weights, (name) =>
    name.replace(/(denselayer\d\.(?:norm|conv))([12])/, '$1.$2'),
  );
  expect(old.has('features.denseblock1.denselayer1.norm.1.weight')).toBe(true);
  expect(importBackbone('densenet-tiny', old)).toEqual(importBackbone('densenet-tiny', weights));
});

test('the first convolution’s weights are summed over the colours', () => {
  const weights = imageNet('densenet-tiny');
  const colours = weights.get('features.conv0.weight')!;
  const grey = importBackbone('densenet-tiny', weights).get('backbone.features.conv0.weight')!;
  expect(grey.shape).toEqual([16, 1, 7, 7]);
  // The last filter's last tap: three planes of 49 taps each.
  const last = 16 * 3 * 49 - 1;
  const sum = colours.data[last]! + colours.data[last - 49]! + colours.data[last - 98]!;
  expect(grey.data[16 * 49 - 1]).toBeCloseTo(sum, 6);
});

test('weights of another network fail with the first missing name', () => {
  expect(() => importBackbone('densenet-tiny', imageNet('mobilenet-v2'))).toThrow(
    /^Expected weights of densenet-tiny with the names of torchvision, timm or efficientnet-pytorch: "features.conv0.weight" of 16×1×7×7 \(missing\) and \d+ more$/,
  );
});

test('a file without MobileNetV2’s last layer works for networks that do not need it', () => {
  const weights = imageNet('mobilenet-v2');
  const shorter = new Map([...weights].filter(([name]) => !name.startsWith('features.18.')));
  const imported = importBackbone('mobilenet-v2', shorter);
  expect(imported.has('backbone.features.17.conv.2.weight')).toBe(true);
  expect(imported.has('backbone.features.18.0.weight')).toBe(false);
  expect(importBackbone('mobilenet-v2', weights).has('backbone.features.18.0.weight')).toBe(true);
});
