import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startCore, type Core } from '../inference/inference.fixture.js';
import { choosePrecision } from './choose-precision.js';
import type { Precision } from './load-quicker.js';

let core: Core | undefined;
afterEach(async () => {
  await core?.close();
  core = undefined;
});

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Field 14 of ModelProto, an entry of metadata_props: appended to a file, protocol buffers read it as one more. */
function withEntry(model: Uint8Array, key: string, value: string): Uint8Array {
  const text = (field: number, content: string) => [
    field * 8 + 2,
    content.length,
    ...new TextEncoder().encode(content),
  ];
  const entry = [...text(1, key), ...text(2, value)];
  return Uint8Array.from([...model, 14 * 8 + 2, entry.length, ...entry]);
}

/** The fixture model with a file next to it that claims to be its 8-bit version. */
async function startWithInt8(precision: Precision, from?: string): Promise<[Core, string, string]> {
  const running = await startCore({ models: ['lesion-rule'], precision });
  core = running;
  // Most models have no such file, and load without a note.
  expect(running.repository.index()).toEqual([
    { name: 'lesion-rule', version: '1', state: 'READY', reason: '' },
  ]);
  const folder = join(running.root, 'lesion-rule/1');
  const float = await readFile(join(folder, 'model.onnx'));
  const int8 = withEntry(float, 'quantised_from', from ?? hash(float));
  await writeFile(join(folder, 'model.int8.onnx'), int8);
  await running.repository.load('lesion-rule');
  return [running, hash(float), hash(int8)];
}

describe('a model with an 8-bit file next to it', () => {
  test('is served from the file that --precision names', async () => {
    const [int8, , quantised] = await startWithInt8('int8');
    expect(int8.repository.get('lesion-rule').sha256).toBe(quantised);
    await int8.close();
    const [floats, float] = await startWithInt8('float');
    expect(floats.repository.get('lesion-rule').sha256).toBe(float);
  });

  test('is served from the faster of the two, without a note', async () => {
    const [running, ...both] = await startWithInt8('auto');
    expect(both).toContain(running.repository.get('lesion-rule').sha256);
    expect(running.repository.index()[0]).toMatchObject({ state: 'READY', reason: '' });
  });

  test('is served in floats, with a note, if the other was made from another model', async () => {
    const [running, float] = await startWithInt8('int8', 'f'.repeat(64));
    expect(running.repository.get('lesion-rule').sha256).toBe(float);
    expect(running.repository.index()[0]).toMatchObject({
      state: 'READY',
      reason: expect.stringMatching(
        /^model\.int8\.onnx is not served: Expected it to be made from this model .*it says f{12}…$/,
      ) as string,
    });
  });

  test('is served in floats, with a note, if the other is half a file', async () => {
    const running = await startCore({ models: ['lesion-rule'], precision: 'auto' });
    core = running;
    const folder = join(running.root, 'lesion-rule/1');
    const float = await readFile(join(folder, 'model.onnx'));
    await writeFile(join(folder, 'model.int8.onnx'), float.subarray(0, float.length / 2));
    await running.repository.load('lesion-rule');
    expect(running.repository.get('lesion-rule').sha256).toBe(hash(float));
    expect(running.repository.index()[0]!.reason).toContain('model.int8.onnx is not served: ');
  });
});

describe('the choice between the two', () => {
  const loaded = {} as never;
  const choose = (times: Readonly<Record<string, readonly number[]>>) => {
    const turns: string[] = [];
    const chosen = choosePrecision({
      float: { key: 'float', loaded },
      int8: { key: 'int8', loaded },
      warmup: { shapes: {} },
      time: (key, _, runs) => {
        turns.push(`${key} ${runs}`);
        // The first run of a session is slow and does not count.
        return Promise.resolve(runs === 1 ? [1000] : times[key]!);
      },
    });
    return chosen.then((choice) => ({ ...choice, turns }));
  };

  test('compares medians of alternating runs, without the first run of each', async () => {
    const { precision, why, turns } = await choose({
      float: [30, 31, 29, 90, 30],
      int8: [14, 15, 80, 14, 13],
    });
    expect(precision).toBe('int8');
    expect(why).toBe('a run takes 14.0 ms with int8 and 30.0 ms with float weights');
    expect(turns).toEqual(['float 1', 'int8 1', 'float 5', 'int8 5', 'float 5', 'int8 5']);
  });

  test('is floats if 8 bits save less than a tenth, as without VNNI', async () => {
    expect((await choose({ float: [30], int8: [27.1] })).precision).toBe('float');
    expect((await choose({ float: [30], int8: [27] })).precision).toBe('int8');
    expect((await choose({ float: [30], int8: [45] })).precision).toBe('float');
  });
});
