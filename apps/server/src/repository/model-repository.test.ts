import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  expectedProbability,
  fixtureModels,
  grey,
  startCore,
  toFloats,
  type Core,
} from '../inference/inference.fixture.js';

let core: Core | undefined;
afterEach(async () => {
  await core?.close();
  core = undefined;
});

async function probability(running: Core, value: number, version?: string): Promise<number> {
  return running.repository.use('lesion-rule', version, async (model) => {
    const { outputs } = await running.scheduler.submit({
      model,
      inputs: [grey(value)],
      outputs: ['probability'],
      priority: 1,
      deadline: performance.now() + 60_000,
    });
    return toFloats(outputs[0]!)[0]!;
  });
}

const path = (running: Core, ...parts: string[]): string =>
  join(running.root, 'lesion-rule', ...parts);
const config = (running: Core): string => path(running, 'config.pbtxt');

describe('ModelRepository', () => {
  test('every model of the folder is served, with and without config.pbtxt', async () => {
    core = await startCore();
    expect(core.repository.complete).toBe(true);
    expect(core.repository.index()).toEqual([
      { name: 'busy', version: '1', state: 'READY', reason: '' },
      { name: 'echo', version: '1', state: 'READY', reason: '' },
      { name: 'lesion-rule', version: '1', state: 'READY', reason: '' },
    ]);
    const model = core.repository.get('lesion-rule');
    expect(model).toMatchObject({ version: '1', maxBatchSize: 8, labels: ['non-covid', 'covid'] });
    expect(model.outputLabels.get('logits')).toEqual(['non-covid', 'covid']);
    expect(model.metadata.get('trained')).toBe('true');
    expect(core.repository.get('busy').maxBatchSize).toBe(0);
  });

  test('the version policy chooses what is served; without a version the newest answers', async () => {
    core = await startCore({ models: ['lesion-rule'] });
    await cp(path(core, '1'), path(core, '2'), { recursive: true });
    await cp(path(core, '1'), path(core, '10'), { recursive: true });
    const text = await readFile(config(core), 'utf8');

    await core.repository.load('lesion-rule');
    expect(core.repository.versionsOf('lesion-rule')).toEqual(['10']);

    await writeFile(config(core), text.replace('latest { num_versions: 1 }', 'all { }'));
    await core.repository.load('lesion-rule');
    expect(core.repository.versionsOf('lesion-rule')).toEqual(['1', '2', '10']);
    expect(core.repository.get('lesion-rule').version).toBe('10');

    await writeFile(
      config(core),
      text.replace('latest { num_versions: 1 }', 'specific { versions: [ 2, 10 ] }'),
    );
    await core.repository.load('lesion-rule');
    expect(core.repository.versionsOf('lesion-rule')).toEqual(['2', '10']);
    expect(await probability(core, 0.5, '2')).toBeCloseTo(0.880797, 5);
  });

  test('a truncated model is reported and the old one keeps serving', async () => {
    core = await startCore({ models: ['lesion-rule'] });
    const before = core.repository.get('lesion-rule');
    await truncate(path(core, '1', 'model.onnx'), 500);
    await expect(core.repository.load('lesion-rule')).rejects.toMatchObject({
      code: 'CT_MODEL_INVALID',
    });
    expect(core.repository.index()).toMatchObject(
      [{ name: 'lesion-rule', version: '1', state: 'READY', reason: /ONNX/ }].map((entry) => ({
        ...entry,
        reason: expect.stringMatching(entry.reason) as string,
      })),
    );
    expect(core.repository.get('lesion-rule')).toBe(before);
    expect(await probability(core, 0.4)).toBeCloseTo(expectedProbability(0.4), 5);
  });

  test('after a crash the served model comes back, even if its file is broken by now', async () => {
    core = await startCore({ models: ['lesion-rule'] });
    await truncate(path(core, '1', 'model.onnx'), 500);
    process.kill(core.pool.slots[0]!.pid!, 'SIGKILL');
    expect(await probability(core, 0.4)).toBeCloseTo(expectedProbability(0.4), 5);
  });

  test.each([
    ['a field of the wrong type', 'max_batch_size: "many"'],
    ['text that is no protobuf', 'max_batch_size 8 {{'],
    ['a name that is not the folder', 'name: "another"'],
    [
      'an input that the model does not have',
      'input [ { name: "x" data_type: TYPE_FP32 dims: [1] } ]',
    ],
    ['another platform', 'platform: "tensorflow_savedmodel"'],
    [
      'dims that do not fit',
      'max_batch_size: 8 input [ { name: "image" data_type: TYPE_FP32 dims: [3, 4, 4] } ]',
    ],
  ])('a config.pbtxt with %s is refused and the old model goes on', async (_, text) => {
    core = await startCore({ models: ['lesion-rule'] });
    await writeFile(config(core), text);
    await expect(core.repository.load('lesion-rule')).rejects.toMatchObject({
      code: 'CT_MODEL_INVALID',
    });
    expect(await probability(core, 0.5)).toBeCloseTo(0.880797, 5);
  });

  test('polling finds a new version, a new model and a removed one', async () => {
    core = await startCore({ models: ['lesion-rule', 'busy'] });
    await cp(path(core, '1'), path(core, '2'), { recursive: true });
    await cp(join(fixtureModels, 'echo'), join(core.root, 'echo'), { recursive: true });
    await rm(join(core.root, 'busy'), { recursive: true });
    core.repository.startPolling(0.05);
    await expect
      .poll(() => core!.repository.index().map(({ name, version }) => `${name} ${version}`), {
        timeout: 30_000,
      })
      .toEqual(['lesion-rule 2', 'echo 1']);
  });

  test('an unloaded model is gone until it is loaded again', async () => {
    core = await startCore({ models: ['lesion-rule'] });
    await core.repository.unload('lesion-rule');
    expect(() => core!.repository.get('lesion-rule')).toThrow(/is not loaded/);
    expect(core.repository.index()).toEqual([
      { name: 'lesion-rule', version: '', state: 'UNAVAILABLE', reason: 'unloaded' },
    ]);
    await core.repository.load('lesion-rule');
    expect(await probability(core, 0.5)).toBeCloseTo(0.880797, 5);
  });

  test('a request that holds a model keeps it while it is reloaded and unloaded', async () => {
    core = await startCore({ models: ['lesion-rule'] });
    const running = core;
    await running.repository.use('lesion-rule', undefined, async (model) => {
      await running.repository.load('lesion-rule');
      await running.repository.unload('lesion-rule');
      const { outputs } = await running.scheduler.submit({
        model,
        inputs: [grey(0.5)],
        outputs: ['probability'],
        priority: 1,
        deadline: performance.now() + 60_000,
      });
      expect(toFloats(outputs[0]!)[0]).toBeCloseTo(0.880797, 5);
    });
  });

  test('links that lead out of the repository are refused', async () => {
    core = await startCore({ models: [] });
    await mkdir(join(core.root, 'linked'));
    await symlink(join(fixtureModels, 'echo', '1'), join(core.root, 'linked', '1'));
    await expect(core.repository.load('linked')).rejects.toMatchObject({
      code: 'CT_MODEL_INVALID',
    });
    await symlink(join(fixtureModels, 'echo'), join(core.root, 'whole'));
    await expect(core.repository.load('whole')).rejects.toMatchObject({
      code: 'CT_MODEL_NOT_FOUND',
    });
  });

  test.skipIf(process.platform === 'win32')(
    'a pipe in place of config.pbtxt is refused, not waited for',
    async () => {
      core = await startCore({ models: [] });
      await mkdir(join(core.root, 'piped'));
      execFileSync('mkfifo', [join(core.root, 'piped', 'config.pbtxt')]);
      await expect(core.repository.load('piped')).rejects.toMatchObject({
        code: 'CT_MODEL_INVALID',
        message: 'Expected config.pbtxt to be a file',
      });
    },
  );

  test.each(['..', '../models', '.hidden', 'a/b', 'a\\b', 'a\0b', '', 'x'.repeat(129)])(
    'the model name %j is refused',
    async (name) => {
      core = await startCore({ models: [] });
      await expect(core.repository.load(name)).rejects.toMatchObject({
        code: 'CT_MODEL_NOT_FOUND',
      });
    },
  );
});
