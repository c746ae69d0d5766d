import { buildJcs, exportJcs, initialise, type JcsConfig } from '@groundglass/nn';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Name and shape of the untrained model; the shape is that of the model that ships. */
const untrained: JcsConfig = {
  backbone: 'mobilenet-v2',
  outputStride: 16,
  asppChannels: 64,
  asppRates: [3, 6, 9],
  dropout: 0.5,
  imageSize: 256,
  mean: 0.5,
  deviation: 0.5,
};

const config = `platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "image" data_type: TYPE_FP32 dims: [ 1, -1, -1 ] } ]
output [
  { name: "probability" data_type: TYPE_FP32 dims: [ 1 ] },
  { name: "logits" data_type: TYPE_FP32 dims: [ 2 ] },
  { name: "mask" data_type: TYPE_FP32 dims: [ 1, 256, 256 ] }
]
`;

/**
 * The folder of models to serve: the workspace's own if it holds one, else one with the model definition's untrained export,
 * which is written to `cache` once for each definition.
 */
export async function modelRepository(workspace: string, cache: string): Promise<string> {
  const shipped = join(workspace, 'models');
  if (await holdsModel(shipped)) return shipped;
  const key = createHash('sha256').update(JSON.stringify(untrained)).digest('hex').slice(0, 12);
  const repository = join(cache, `untrained-${key}`);
  if (await holdsModel(repository)) return repository;
  const weights = initialise(buildJcs(untrained).graph, 1);
  const model = exportJcs([{ config: untrained, weights }], {
    name: 'groundglass',
    version: '1',
    trained: false,
    threshold: 0.5,
    temperature: 1,
    trainingData: 'none: the weights are random',
    crop: 'none',
  });
  const folder = join(repository, 'groundglass', '1');
  await mkdir(folder, { recursive: true });
  await writeFile(join(repository, 'groundglass', 'config.pbtxt'), config);
  await writeFile(join(repository, 'groundglass', 'labels.txt'), 'non-covid\ncovid\n');
  // Written under another name first: a killed run must not leave half a model for the next.
  await writeFile(join(folder, 'model.onnx.part'), model);
  await rename(join(folder, 'model.onnx.part'), join(folder, 'model.onnx'));
  return repository;
}

async function holdsModel(repository: string): Promise<boolean> {
  const names = await readdir(repository).catch(() => []);
  return names.some((name) => existsSync(join(repository, name, '1', 'model.onnx')));
}
