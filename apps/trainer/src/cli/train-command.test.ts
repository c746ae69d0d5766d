import { OnnxInference } from '@groundglass/nn';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cli, trainer, writeDiscs } from './discs.fixture.js';
import type { Publication } from '../evaluation/results/publication.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EpochRecord } from '../run/run-folder.js';

const run = promisify(execFile);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'train-'));
  await writeDiscs(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const argumentsOf = (out: string) => [
  cli,
  ...['train', '--recipe', 'tiny', '--data', join(root, 'data'), '--out', join(root, out)],
  ...['--set', 'epochs=4', '--threads', '1'],
];

async function losses(out: string): Promise<number[]> {
  const text = await readFile(join(root, out, 'log.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as EpochRecord).trainLoss);
}

describe('groundglass-trainer train', () => {
  test('writes its folder, and resumes after SIGKILL with the losses of a run that never stopped', async () => {
    const { stdout } = await run(process.execPath, argumentsOf('whole'));
    expect(stdout).toMatch(
      /^Best of 4 epochs: \d, validation AUC [\d.]+, accuracy [\d.]+, Dice [\d.]+$/m,
    );
    for (const name of ['config.json', 'log.jsonl', 'checkpoint.safetensors', 'best.safetensors']) {
      expect(existsSync(join(root, 'whole', name)), name).toBe(true);
    }
    const expected = await losses('whole');
    expect(expected).toHaveLength(4);
    expect(expected[3]).toBeLessThan(expected[0]!);

    const killed = spawn(process.execPath, argumentsOf('killed'), { stdio: 'ignore' });
    const ended = new Promise((resolve) => killed.once('exit', resolve));
    while (!existsSync(join(root, 'killed/checkpoint.safetensors'))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    killed.kill('SIGKILL');
    await ended;
    expect((await losses('killed')).length).toBeLessThan(4);
    await run(process.execPath, argumentsOf('killed'));
    expect(await losses('killed')).toEqual(expected);
  });

  test('resumes without repeated settings, and for more epochs than before', async () => {
    const goOn = [cli, 'train', '--data', join(root, 'data'), '--out', join(root, 'killed')];
    const before = await losses('killed');
    const { stdout } = await run(process.execPath, [...goOn, '--epochs', '5', '--threads', '1']);
    expect(stdout).toContain('Best of 5 epochs');
    expect((await losses('killed')).slice(0, 4)).toEqual(before);
    const fewer: unknown = await run(process.execPath, [...goOn, '--epochs', '2']).catch(
      (error: unknown) => error,
    );
    expect(fewer).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('got another epochs') as string,
    });
  });

  test('writes its curves for TensorBoard, and reports that it starts from random weights', async () => {
    const { stderr } = await run(process.execPath, [
      ...argumentsOf('curves').slice(0, -3),
      'epochs=1',
    ]);
    expect(stderr).toContain('Training densenet-tiny from random weights; --init starts from');
    expect(stderr).toMatch(/^epoch 1\/1 {2}train \d+\/\d+ {2}loss [\d.]+/m);
    expect(stderr).toMatch(/^epoch 1\/1 {2}validate 8\/8$/m);
    const [events] = (await readdir(join(root, 'curves'))).filter((name) =>
      name.startsWith('events.out.tfevents.'),
    );
    const bytes = await readFile(join(root, 'curves', events!), 'latin1');
    for (const tag of ['train/loss', 'validation/auc']) expect(bytes).toContain(tag);
  });

  test('a run in use by another process is refused', async () => {
    await mkdir(join(root, 'busy'));
    const lock = { host: hostname(), pid: process.pid };
    await writeFile(join(root, 'busy/lock'), JSON.stringify(lock));
    const failed: unknown = await run(process.execPath, argumentsOf('busy')).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`in use by process ${process.pid}`) as string,
    });
  });

  test('a run is exported as a model repository that ONNX Runtime runs at any size', async () => {
    await run(process.execPath, [
      cli,
      'export',
      '--run',
      join(root, 'whole'),
      '--models',
      join(root, 'models'),
    ]);
    const model = await OnnxInference.create(join(root, 'models/groundglass/1/model.onnx'));
    const { probability, maskSize } = await model.run(new Float32Array(50 * 70).fill(0.4), {
      rows: 50,
      columns: 70,
    });
    expect(probability[0]).toBeGreaterThanOrEqual(0);
    expect(maskSize).toBe(64);
    await model.close();
    const config = await readFile(join(root, 'models/groundglass/config.pbtxt'), 'utf8');
    expect(config).toContain('dims: [ 1, -1, -1 ]');
  });

  test('starts from weights of another run, and reports the additional variables of its network', async () => {
    const { stderr } = await run(process.execPath, [
      ...argumentsOf('wider'),
      ...['--set', 'epochs=1', 'model.skipChannels=4'],
      ...['--init', join(root, 'whole/best.safetensors')],
    ]);
    // The skip connection's convolution and its normalisation, and the convolution that it joins.
    expect(stderr).toMatch(
      /^6 of \d+ variables start from random values, "whole\/best\.safetensors" has no matching ones: segmentation\.skip\.0\.weight 4×\d+×1×1 \(missing\)/m,
    );
  });

  test('an exported model is evaluated on a split, and a look at a test split is recorded in the run', async () => {
    const model = join(root, 'models/groundglass/1');
    const { stdout } = await run(process.execPath, [
      cli,
      'evaluate',
      '--model',
      model,
      '--data',
      join(root, 'data'),
      '--split',
      'val',
    ]);
    expect(stdout).toContain('8 labels, 4 positive');
    expect(stdout).toMatch(/AUC +[01]\.\d{3} \[/);
    expect(stdout).toMatch(/Dice +[01]\.\d{3} ± /);
    const none: unknown = await run(process.execPath, [
      cli,
      'evaluate',
      '--model',
      model,
      '--data',
      join(root, 'data'),
    ]).catch((error: unknown) => error);
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Expected samples of the split "test"') as string,
    });
  });

  test('a calibrated export is measured, and its card matches the result file', async () => {
    const at = (path: string) => join(root, path);
    await trainer(
      'export',
      '--run',
      at('whole'),
      '--models',
      at('fitted'),
      '--calibrate',
      at('data'),
    );
    const { threshold } = JSON.parse(
      await readFile(at('fitted/groundglass/1/calibration.json'), 'utf8'),
    ) as {
      threshold: number;
    };
    const model = at('fitted/groundglass/1');
    const data = ['--data', at('data'), '--split', 'val', '--no-baselines'];
    await trainer('evaluate', '--model', model, ...data, '--out', at('results.json'));
    await trainer(
      ...['card', '--model', model, '--run', at('whole')],
      ...['--results', at('results.json'), '--docs', at('docs')],
    );
    const card = await readFile(join(model, 'README.md'), 'utf8');
    const page = await readFile(at('docs/results.md'), 'utf8');
    const { results } = JSON.parse(
      await readFile(at('docs/results/groundglass-1.json'), 'utf8'),
    ) as Publication;
    const { labels } = results.datasets[0]!.all;
    expect(labels?.threshold).toBeCloseTo(threshold, 6);
    for (const text of [card, page]) {
      expect(text).toContain(`| as published | ${labels?.accuracy.value.toFixed(3)} [`);
      expect(text).toContain('groundglass-trainer evaluate --model');
    }
    expect(card).toContain(
      `threshold ${threshold.toFixed(3)} were chosen on 8 validation pictures`,
    );
    expect(await readFile(at('docs/images/training-whole-loss.svg'), 'utf8')).toContain('<svg');
    // The command in the page's first line writes the same pages from what is kept.
    const [, command = ''] = /^<!-- Written by `npx groundglass-trainer (.*)`;/.exec(page)!;
    await writeFile(at('docs/results.md'), 'changed by hand');
    await trainer(...command.split(' '));
    expect(await readFile(at('docs/results.md'), 'utf8')).toBe(page);
    expect(await readFile(join(model, 'README.md'), 'utf8')).toBe(card);
  });

  test.each([
    [
      'a dataset that is not there',
      ['--data', 'nowhere'],
      /there is no readable file "nowhere" \(CT_BAD_DATASET\)/,
    ],
    [
      'an unknown recipe',
      ['--recipe', 'huge'],
      /Expected a recipe of paper, fast, .*tiny or a JSON file, got "huge"/,
    ],
    ['an unknown setting', ['--set', 'speed=9'], /The recipe has no setting "speed"/],
    [
      'a misspelt setting',
      ['--set', 'optimizer.learnigRate=1'],
      /no setting "optimizer.learnigRate" \(did you mean "optimizer.learningRate"\?\)/,
    ],
    [
      'a source that the data lacks',
      ['--set', 'sampling.luna17=0.5'],
      /Expected sources of the data \(.*\), the recipe names "luna17"/,
    ],
    ['a setting of the wrong kind', ['--set', 'epochs=many'], /Recipe, epochs: /],
  ])('%s ends in one clear line and exit code 1', async (_, flags, message) => {
    const base = [
      'train',
      '--recipe',
      'tiny',
      '--data',
      join(root, 'data'),
      '--out',
      join(root, 'bad'),
    ];
    const failed: unknown = await run(process.execPath, [cli, ...base, ...flags]).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(message) as string });
  });

  test('an empty split ends in one clear line and exit code 1', async () => {
    const table = join(root, 'no-validation.csv');
    const rows = (await readFile(join(root, 'table.csv'), 'utf8')).split('\n');
    await writeFile(table, rows.filter((row) => !row.includes(',val,')).join('\n'));
    const data = join(root, 'no-validation');
    await trainer('dataset', 'import', 'csv', table, '--out', data);
    const training = trainer(
      ...['train', '--recipe', 'tiny', '--data', data, '--out', join(root, 'empty')],
    );
    await expect(training).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Expected validation samples, the dataset has none\. .*"dataset split DIR --out DIR2".* \(CT_BAD_DATASET\)/m,
      ) as string,
    });
  });

  test('fewer samples than a batch end in a line that names the batch that fits', async () => {
    const failed: unknown = await run(process.execPath, [
      ...argumentsOf('few'),
      ...['--set', 'batchSize=1000'],
    ]).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Expected batches no larger than an epoch of (\d+) training samples, got batches of 1000: --set batchSize=\1 or less \(TRAIN_BAD_RECIPE\)/m,
      ) as string,
    });
  });

  test('a failed start leaves its folder free for other settings', async () => {
    const start = (...flags: string[]) =>
      run(process.execPath, [...argumentsOf('again').slice(0, -3), ...flags]);
    await expect(start('optimizer.learningRate=1e30')).rejects.toMatchObject({ code: 1 });
    const { stdout } = await start('epochs=1');
    expect(stdout).toContain('Best of 1 epochs');
  });

  test('a run is not continued with another recipe', async () => {
    const other = [...argumentsOf('whole').slice(0, -3), 'batchSize=2'];
    const failed: unknown = await run(process.execPath, other).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('got another batchSize') as string,
    });
  });

  test('a learning rate that makes the loss NaN names the step, and leaves no checkpoint of it', async () => {
    const failed: unknown = await run(process.execPath, [
      ...argumentsOf('nan'),
      ...['--set', 'epochs=4', 'optimizer.learningRate=1e30'],
    ]).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'The loss became NaN in epoch 1, step 2: lower optimizer.learningRate in a new run (now 1e+30) (TRAIN_DIVERGED)',
      ) as string,
    });
    expect(existsSync(join(root, 'nan/checkpoint.safetensors'))).toBe(false);
  });

  /** Trains one good epoch, and returns the arguments for another one that fails because of a changed setting. */
  async function afterOneEpoch(out: string, change: Record<string, unknown>): Promise<string[]> {
    await run(process.execPath, [...argumentsOf(out), '--set', 'epochs=1']);
    const recipe = join(root, out, 'config.json');
    const before = JSON.parse(await readFile(recipe, 'utf8')) as Record<string, unknown>;
    await writeFile(recipe, JSON.stringify({ ...before, epochs: 2, ...change }));
    return [
      ...[cli, 'train', '--recipe', recipe, '--data', join(root, 'data')],
      ...['--out', join(root, out), '--threads', '1'],
    ];
  }
  const checkpointOf = (out: string) => readFile(join(root, out, 'checkpoint.safetensors'));

  test('a loss that becomes NaN in a later epoch leaves the previous checkpoint unchanged', async () => {
    const goOn = await afterOneEpoch('nan-later', {
      optimizer: { kind: 'adam', learningRate: 1e30, weightDecay: 0, epsilon: 1e-8 },
    });
    const before = await checkpointOf('nan-later');
    await expect(run(process.execPath, goOn)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /The loss became NaN in epoch 2, .*The checkpoint after epoch 1 is good/,
      ) as string,
    });
    expect((await checkpointOf('nan-later')).equals(before)).toBe(true);
  });

  test.runIf(process.platform === 'linux')(
    'running out of memory ends in one line that says what to lower, and leaves the checkpoint unchanged',
    async () => {
      const goOn = await afterOneEpoch('memory', { imageSize: 1024 });
      const before = await checkpointOf('memory');
      // 1.5 GB; a step of eight pictures of 1024×1024 takes more than 2.5 GB.
      const limited = ['-c', 'ulimit -d 1500000; exec "$0" "$@"', process.execPath];
      const fail = () => run('bash', [...limited, ...goOn]).catch((error: unknown) => error);
      let failed = await fail();
      // ONNX Runtime uses up all memory before it fails; if V8 asks for a page at that moment, it aborts.
      for (let tries = 1; tries < 4 && (failed as { code: unknown }).code === null; tries++) {
        expect((await checkpointOf('memory')).equals(before)).toBe(true);
        failed = await fail();
      }
      expect(failed).toMatchObject({ code: 1 });
      const lines = (failed as { stderr: string }).stderr.trim().split('\n');
      expect(lines.filter((line) => line.startsWith('Out of memory'))).toEqual([
        expect.stringContaining('a step of 8 images of 1024×1024 did not fit; lower batchSize'),
      ]);
      expect(lines.join()).not.toContain(' at ');
      expect((await checkpointOf('memory')).equals(before)).toBe(true);
    },
  );
});
