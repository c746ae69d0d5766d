import { Classifier } from '@groundglass/nn';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readWeights } from './read-weights.js';

const folder = [
  process.env.GROUNDGLASS_DATA,
  join(import.meta.dirname, '../../../../../shared/data'),
]
  .map((data) => join(data ?? '', 'weights'))
  .find((path) => existsSync(join(path, 'cat.jpg')));
if (folder === undefined)
  console.warn('Skipped: MobileNetV2 on a picture. Name the data folder in GROUNDGLASS_DATA.');

test.skipIf(folder === undefined)(
  'MobileNetV2 with its ImageNet weights sees an Egyptian cat',
  async () => {
    const at = (name: string) => join(folder ?? '', name);
    const { tensors } = await readWeights(at('mobilenet_v2_imagenet.safetensors'));
    const classifier = await Classifier.create(
      // The weights came from TensorFlow, whose strided convolutions pad at the far end only.
      {
        backbone: 'mobilenet-v2',
        channels: 3,
        imageSize: 224,
        classes: 1001,
        stridePadding: 'end',
      },
      tensors,
    );
    const rgb = await sharp(at('cat.jpg'))
      .resize(224, 224, { fit: 'fill' })
      .removeAlpha()
      .raw()
      .toBuffer();
    const planes = new Float32Array(3 * 224 * 224);
    for (const [i, value] of rgb.entries())
      planes[(i % 3) * 224 * 224 + Math.floor(i / 3)] = value / 127.5 - 1;
    const logits = await classifier.run(planes);
    await classifier.close();
    const labels = (await readFile(at('imagenet_labels.txt'), 'utf8')).trimEnd().split('\n');
    const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
    const best = logits.indexOf(Math.max(...logits));
    expect(labels[best]).toContain('Egyptian cat');
    // The data's README says about 0.65.
    expect(Math.abs(Math.exp(logits[best]!) / total - 0.65)).toBeLessThan(0.1);
  },
);
