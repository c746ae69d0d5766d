import { OnnxInference, readOnnx } from '@groundglass/nn';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainer, writeDiscs } from './discs.fixture.js';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantize-'));
  data = await writeDiscs(root);
  const run = join(root, 'run');
  const recipe = ['--recipe', 'tiny', '--threads', '1', '--set', 'epochs=2'];
  await trainer('train', ...recipe, '--data', data, '--out', run);
  await trainer('export', '--run', run, '--models', root, '--name', 'm');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A copy of the exported model for one test. */
async function modelFolder(name: string): Promise<string> {
  const folder = join(root, name);
  await cp(join(root, 'm/1'), folder, { recursive: true });
  return folder;
}

describe('groundglass-trainer quantize', () => {
  test('writes an 8-bit model next to the float model, and reports both scores', async () => {
    const folder = await modelFolder('whole');
    const float = await readFile(join(folder, 'model.onnx'));
    const { stdout } = await trainer(
      ...['quantize', '--model', folder, '--data', data, '--auc-drop', '1', '--dice-drop', '1'],
    );
    expect(stdout).toMatch(/AUC \d\.\d{3} → \d\.\d{3} {2}Dice \d\.\d{3} → \d\.\d{3}/);
    expect(await readFile(join(folder, 'model.onnx'))).toEqual(float);
    const path = join(folder, 'model.int8.onnx');
    const { metadata, ops } = readOnnx(await readFile(path));
    expect(metadata.get('precision')).toBe('int8');
    expect(metadata.get('quantised_from')).toBe(createHash('sha256').update(float).digest('hex'));
    expect(ops).toContain('DequantizeLinear');
    const pixels = Float32Array.from({ length: 6400 }, (_, at) => (at % 80) / 79);
    const answers = [];
    for (const file of [path, join(folder, 'model.onnx')]) {
      const model = await OnnxInference.create(file);
      answers.push((await model.run(pixels, { rows: 80, columns: 80 })).probability[0]!);
      await model.close();
    }
    expect(Math.abs(answers[0]! - answers[1]!)).toBeLessThan(0.1);
  });

  test('the distance is fitted again on its own features', async () => {
    const folder = await modelFolder('bounded');
    // On ten pictures here, on all sixteen by quantize: the text shows which fit the file carries.
    await trainer('bound', '--model', folder, '--data', data, '--most', '10');
    await trainer(
      ...['quantize', '--model', folder, '--data', data, '--auc-drop', '1', '--dice-drop', '1'],
    );
    const float = readOnnx(await readFile(join(folder, 'model.onnx')));
    const { outputs, metadata } = readOnnx(await readFile(join(folder, 'model.int8.onnx')));
    expect(outputs.map(({ name }) => name)).toContain('distance');
    expect(float.metadata.get('distance_data')).toMatch(/^10 training pictures/);
    expect(metadata.get('distance_data')).toMatch(/^16 training pictures/);
  });

  test('writes nothing if the validation split allows no comparison, and exits with 1', async () => {
    const folder = await modelFolder('refused');
    const oneClass = join(root, 'one-class');
    await cp(data, oneClass, { recursive: true });
    const manifest = join(oneClass, 'samples.jsonl');
    const lines = (await readFile(manifest, 'utf8')).split('\n');
    const kept = lines.filter(
      (line) => !line.includes('"split":"val"') || line.includes('"label":"covid"'),
    );
    expect(kept.length).toBeLessThan(lines.length);
    await writeFile(manifest, kept.join('\n'));
    await expect(trainer('quantize', '--model', folder, '--data', oneClass)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('so no AUC was compared. Nothing was written') as string,
    });
    expect(existsSync(join(folder, 'model.int8.onnx'))).toBe(false);
  });

  test('names an option that is not a share', async () => {
    const folder = await modelFolder('options');
    await expect(
      trainer('quantize', '--model', folder, '--data', data, '--auc-drop', '-1'),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Expected --auc-drop from 0 to 1, got "-1"') as string,
    });
  });
});
