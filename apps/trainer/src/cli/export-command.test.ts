import { OnnxInference, readOnnx, type InferenceResult } from '@groundglass/nn';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainer, writeDiscs } from './discs.fixture.js';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'export-'));
  data = await writeDiscs(root);
  const common = ['--recipe', 'tiny', '--data', data, '--threads', '1', '--set', 'epochs=2'];
  await trainer('train', ...common, '--out', join(root, 'one'));
  await trainer('train', ...common, 'imageSize=96', 'seed=2', '--out', join(root, 'two'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** An asymmetric picture. */
const picture = { rows: 80, columns: 100, pixels: new Float32Array(8000) };
picture.pixels.forEach((_, i) => {
  const [x, y] = [i % 100, Math.floor(i / 100)];
  picture.pixels[i] =
    0.35 + 0.1 * Math.sin(x * 0.3 + y * 0.1) + (Math.hypot(x - 25, y - 30) < 10 ? 0.4 : 0);
});
const mirrored = picture.pixels.map((_, i) => picture.pixels[i - (i % 100) + 99 - (i % 100)]!);

/** Exports with these flags and scores the picture and its mirror image. */
/** The joint model has a mask. */
function masked({ mask, ...rest }: InferenceResult): InferenceResult & { mask: Float32Array } {
  expect(mask).toBeDefined();
  return { ...rest, mask: mask! };
}

async function exported(name: string, ...flags: string[]) {
  const { stdout } = await trainer('export', ...flags, '--models', root, '--name', name);
  const file = join(root, name, '1/model.onnx');
  const model = await OnnxInference.create(file);
  const straight = masked(await model.run(picture.pixels, picture));
  const turned = masked(await model.run(mirrored, picture));
  await model.close();
  const metadata = Object.fromEntries(readOnnx(await readFile(file)).metadata);
  return { stdout, file, straight, turned, metadata, bytes: (await stat(file)).size };
}

const meanOf = (a: Float32Array, b: Float32Array) => Array.from(a, (v, i) => (v + b[i]!) / 2);
const mirrorRows = (mask: Float32Array, size: number) =>
  mask.map((_, i) => mask[i - (i % size) + size - 1 - (i % size)]!);

function expectClose(ours: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(ours).toHaveLength(expected.length);
  const worst = Math.max(...Array.from(expected, (v, i) => Math.abs(v - ours[i]!)));
  expect(worst).toBeLessThan(1e-5);
}

describe('groundglass-trainer export', () => {
  test('--flip gives the mean of a picture and its mirror image, whichever is the input', async () => {
    const plain = await exported('plain', '--run', join(root, 'one'));
    const flip = await exported('flip', '--run', join(root, 'one'), '--flip');
    expectClose(flip.straight.logits, meanOf(plain.straight.logits, plain.turned.logits));
    expectClose(flip.turned.probability, flip.straight.probability);
    // The picture is asymmetric: its mirror image alone has another score.
    expect(Math.abs(plain.turned.logits[0]! - plain.straight.logits[0]!)).toBeGreaterThan(1e-4);
    const back = mirrorRows(plain.turned.mask, 64);
    expectClose(flip.straight.mask, meanOf(plain.straight.mask, back));
    expectClose(mirrorRows(flip.turned.mask, 64), flip.straight.mask);
    expect(flip.metadata).toMatchObject({ flip: 'true', precision: 'float32' });
    expect(plain.metadata.flip).toBe('false');
  });

  test('the same run twice gives that run', async () => {
    const one = ['--run', join(root, 'one')];
    const single = await exported('single', ...one);
    const twice = await exported('twice', ...one, join(root, 'one'));
    expectClose(twice.straight.logits, single.straight.logits);
    expectClose(twice.straight.mask, single.straight.mask);
  });

  test('two runs of different sizes average their logits, and their masks at the size of the first', async () => {
    const first = await exported('first', '--run', join(root, 'one'));
    const second = await exported('second', '--run', join(root, 'two'));
    const both = await exported(
      ...['both', '--run', join(root, 'one'), join(root, 'two'), '--temperature', '2'],
    );
    const logits = meanOf(first.straight.logits, second.straight.logits);
    expectClose(both.straight.logits, logits);
    expectClose(both.straight.probability, [1 / (1 + Math.exp((logits[0]! - logits[1]!) / 2))]);
    expect(both.straight.maskSize).toBe(64);
    // 96 pixels onto 64 keep their sum: twice the mean of the whole is the sum of both means.
    const meanMask = (mask: Float32Array) => mask.reduce((sum, v) => sum + v, 0) / mask.length;
    const expected = (meanMask(first.straight.mask) + meanMask(second.straight.mask)) / 2;
    expect(Math.abs(meanMask(both.straight.mask) - expected)).toBeLessThan(2e-3);
    expect(JSON.parse(both.metadata.members!)).toMatchObject([
      { imageSize: 64 },
      { imageSize: 96 },
    ]);
    const config = await readFile(join(root, 'both/config.pbtxt'), 'utf8');
    expect(config).toContain('dims: [ 1, -1, -1 ]');
  });

  test('--precision float16 is about half the file, says how far it moves probabilities, and needs validation pictures', async () => {
    const run = ['--run', join(root, 'one')];
    const floats = await exported('floats', ...run);
    const halves = await exported('halves', ...run, '--precision', 'float16', '--calibrate', data);
    expect(halves.bytes).toBeLessThan(0.75 * floats.bytes);
    expect(halves.stdout).toMatch(
      /float16 moves the probability of 8 validation pictures by at most \d\.\de-\d/,
    );
    const moved = Math.abs(halves.straight.logits[0]! - floats.straight.logits[0]!);
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(0.01);
    await expect(
      trainer('export', ...run, '--models', root, '--precision', 'float16'),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Expected --calibrate with --precision float16') as string,
    });
  });

  test('shows what evaluate then measures with the file: an ensemble, mirrored, halved and calibrated', async () => {
    const { stdout, metadata } = await exported(
      ...['all', '--run', join(root, 'one'), join(root, 'two')],
      ...['--flip', '--precision', 'float16', '--calibrate', data],
    );
    const evaluated = await trainer(
      ...['evaluate', '--model', join(root, 'all/1'), '--data', data, '--split', 'val'],
      '--no-baselines',
    );
    expect(evaluated.stdout).toContain('8 labels, 4 positive');
    expect(stdout).toContain(evaluated.stdout.trim());
    const calibration = JSON.parse(
      await readFile(join(root, 'all/1/calibration.json'), 'utf8'),
    ) as Record<string, number>;
    expect(Number(metadata.threshold)).toBe(calibration.threshold);
    expect(Number(metadata.temperature)).toBe(calibration.temperature);
  });

  test('an existing version is never overwritten without --replace, and nothing derived from it stays', async () => {
    const flags = ['export', '--run', join(root, 'one'), '--models', root, '--name', 'kept'];
    expect((await trainer(...flags)).stdout).toContain('kept/1/model.onnx');
    expect((await trainer(...flags)).stdout).toContain('kept/2/model.onnx');
    const first = join(root, 'kept/1');
    const before = await readFile(join(first, 'model.onnx'));
    await writeFile(join(first, 'README.md'), 'a card of the first model');
    await expect(trainer(...flags, '--model-version', '1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /a new version, the model kept already has version 1: 3 is free, or --replace overwrites it/,
      ) as string,
    });
    expect(await readFile(join(first, 'model.onnx'))).toEqual(before);
    await trainer(...flags, '--model-version', '1', '--replace', '--threshold', '0.25');
    expect(await readdir(first)).toEqual(['model.onnx']);
    const metadata = Object.fromEntries(
      readOnnx(await readFile(join(first, 'model.onnx'))).metadata,
    );
    expect(metadata).toMatchObject({ threshold: '0.25', version: '1' });
  });

  test('the config of an existing model is unchanged', async () => {
    const flags = ['export', '--run', join(root, 'one'), '--models', root, '--name', 'tuned'];
    await trainer(...flags);
    const config = join(root, 'tuned/config.pbtxt');
    const tuned = `${await readFile(config, 'utf8')}# output { name: "distance" }\n`;
    await writeFile(config, tuned);
    expect((await trainer(...flags)).stderr).toContain('distance, which version 2 lacks');
    expect(await readFile(config, 'utf8')).toBe(tuned);
  });

  test('the classes have the names of the dataset, and another model keeps its own', async () => {
    const named = join(root, 'named');
    await trainer(
      ...['dataset', 'import', 'csv', join(root, 'table.csv'), '--out', named],
      ...['--labels', 'tumour,normal', '--positive', 'tumour'],
      ...['--label-map', 'covid=tumour', 'non-covid=normal'],
    );
    const run = join(root, 'run-named');
    await trainer(
      ...['train', '--recipe', 'tiny', '--data', named, '--threads', '1', '--epochs', '1'],
      ...['--out', run],
    );
    const { metadata } = await exported('named-model', '--run', run);
    expect(metadata.labels).toBe('normal,tumour');
    expect(await readFile(join(root, 'named-model/labels.txt'), 'utf8')).toBe('normal\ntumour\n');
    await exported('ours', '--run', join(root, 'one'));
    await expect(exported('ours', '--run', run)).rejects.toMatchObject({
      stderr: expect.stringContaining('the labels non-covid, covid of the model in') as string,
    });
    await expect(exported('both-kinds', '--run', join(root, 'one'), run)).rejects.toMatchObject({
      stderr: expect.stringContaining('Expected runs with the same labels') as string,
    });
  });
});
