import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fixtureModels } from '../inference/inference.fixture.js';
import { pullModel } from './pull-model.js';

const file = join(fixtureModels, 'busy/1/model.onnx');
const quiet = { print: () => undefined };

let models: string;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'groundglass-pull-'));
});
afterEach(() => rm(models, { recursive: true, force: true }));

const sha256Of = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

test('a file becomes version 1 with its checksum next to it, and then version 2', async () => {
  const sha256 = await sha256Of(file);
  await pullModel({ source: file, models, name: 'busy', sha256, ...quiet });
  expect(await readFile(join(models, 'busy/1/SHA256SUMS'), 'utf8')).toBe(`${sha256}  model.onnx\n`);
  expect(await sha256Of(join(models, 'busy/1/model.onnx'))).toBe(sha256);
  await pullModel({ source: file, models, name: 'busy', ...quiet });
  expect((await readdir(join(models, 'busy'))).sort()).toEqual(['1', '2']);
});

test('a wrong checksum, a broken model and a bad name leave nothing behind', async () => {
  const refused = async (options: Partial<Parameters<typeof pullModel>[0]>, code: string) => {
    await expect(pullModel({ source: file, models, ...quiet, ...options })).rejects.toMatchObject({
      code,
    });
    expect(await readdir(models)).toEqual([]);
  };
  await refused({ sha256: '0'.repeat(64) }, 'CT_CORRUPT');
  await refused(
    { source: join(import.meta.dirname, 'pull-model.test.ts'), name: 'text' },
    'CT_MODEL_INVALID',
  );
  await refused({ name: '../out' }, 'CT_BAD_REQUEST');
  await refused({ source: join(models, 'nothing.onnx') }, 'CT_READ_FAILED');
  await refused({ source: 'http://example.org/model.onnx' }, 'CT_BAD_REQUEST');
});

test('an unwritable folder is named', async () => {
  const into = join(file, 'below');
  await expect(pullModel({ source: file, models: into, name: 'busy', ...quiet })).rejects.toThrow(
    `Expected --into ${into} to be a folder that can be written, got ENOTDIR`,
  );
});

test('a new version that does not fit the config of its model is refused', async () => {
  await pullModel({ source: join(fixtureModels, 'lesion-rule'), models, ...quiet });
  const before = await readdir(join(models, 'lesion-rule'));
  await expect(
    pullModel({ source: file, models, name: 'lesion-rule', ...quiet }),
  ).rejects.toMatchObject({
    code: 'CT_MODEL_INVALID',
    message: expect.stringMatching(/^lesion-rule: cannot be served/) as string,
  });
  expect(await readdir(join(models, 'lesion-rule'))).toEqual(before);
});

test('an archive of a model’s folder keeps its config, and a URL is downloaded', async () => {
  const archive = join(models, '.echo.tar.gz');
  await create({ gzip: true, file: archive, cwd: fixtureModels }, ['echo']);
  await pullModel({ source: archive, models, ...quiet });
  expect(await readdir(join(models, 'echo'))).toContain('config.pbtxt');
  const sha256 = await sha256Of(join(fixtureModels, 'echo/1/model.onnx'));
  const sums = `${sha256}  model.onnx\n`;
  expect(await readFile(join(models, 'echo/1/SHA256SUMS'), 'utf8')).toBe(sums);
  // Again, as version 2, from its folder.
  await pullModel({ source: join(fixtureModels, 'echo'), models, ...quiet });
  expect(await readFile(join(models, 'echo/2/SHA256SUMS'), 'utf8')).toBe(sums);
  const server = createServer((_req, res) => void readFile(file).then((bytes) => res.end(bytes)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await pullModel({ source: `http://127.0.0.1:${port}/busy.onnx`, models, ...quiet });
  server.close();
  expect(await readdir(join(models, 'busy'))).toEqual(['1']);
});
