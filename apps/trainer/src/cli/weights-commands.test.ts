import {
  buildClassifier,
  exportClassifier,
  initialise,
  readSafetensors,
  writeSafetensors,
} from '@groundglass/nn';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, trainer } from './discs.fixture.js';

let root: string;
const at = (name: string) => join(root, name);
const config = { backbone: 'densenet-tiny', channels: 3, imageSize: 64, classes: 4 } as const;
const weights = initialise(buildClassifier(config).graph, 3);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'weights-'));
  await writeFile(at('tiny.safetensors'), writeSafetensors(weights));
  await writeFile(at('folded.onnx'), exportClassifier(config, weights));
  const calls = new URL('../../../../libs/nn/src/weights/fixtures/calls.pth', import.meta.url);
  await copyFile(calls, at('calls.pth'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const failure = (message: string) => ({
  code: 1,
  stderr: expect.stringContaining(message) as string,
});

describe('groundglass-trainer import-weights', () => {
  test('writes a backbone under the joint model’s names, without the classifier', async () => {
    const { stdout } = await trainer(
      ...['import-weights', at('tiny.safetensors')],
      ...['--backbone', 'densenet-tiny', '--out', at('made/backbone.safetensors')],
    );
    expect(stdout).toContain('of densenet-tiny, 2 left out');
    const { tensors, metadata } = readSafetensors(await readFile(at('made/backbone.safetensors')));
    expect(metadata).toEqual({ backbone: 'densenet-tiny' });
    const name = 'features.denseblock2.denselayer1.conv2.weight';
    expect(tensors.get(`backbone.${name}`)?.data).toEqual(weights.get(name)?.data);
  });

  test.each([
    ['a file that is not there', 'nowhere.safetensors', 'Expected weights in'],
    ['a PyTorch file that asks to run a command', 'calls.pth', 'asks to call posix.system'],
    ['an ONNX file whose normalisations are folded away', 'folded.onnx', '(missing) and'],
  ])('%s ends in one clear line', async (_, file, message) => {
    const flags = ['--backbone', 'densenet-tiny', '--out', at('never.safetensors')];
    await expect(trainer('import-weights', at(file), ...flags)).rejects.toMatchObject(
      failure(message),
    );
    expect(existsSync(at('never.safetensors'))).toBe(false);
  });
});

describe('groundglass-trainer fetch-weights', () => {
  test('downloads and verifies, and keeps no damaged file', async () => {
    const bytes = await readFile(at('tiny.safetensors'));
    const server = createServer((_, response) => response.end(bytes));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny`;
    const flags = ['fetch-weights', 'densenet121', '--url', url, '--out', at('got.safetensors')];
    try {
      await expect(trainer(...flags, '--sha256', '0'.repeat(64))).rejects.toMatchObject(
        failure(`Expected weights with SHA-256 ${'0'.repeat(64)}`),
      );
      expect(existsSync(at('got.safetensors'))).toBe(false);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const { stdout } = await trainer(...flags, '--sha256', sha256);
      expect(stdout).toContain(`SHA-256 ${sha256}`);
      expect(await readFile(at('got.safetensors'))).toEqual(bytes);
    } finally {
      server.close();
    }
  });

  test('reports an unreachable host', async () => {
    // Nothing listens on port 1 of this machine.
    const flags = ['--url', 'http://127.0.0.1:1/x', '--out', at('offline.safetensors')];
    await expect(trainer('fetch-weights', 'densenet169', ...flags)).rejects.toMatchObject(
      failure('import the file instead (TRAIN_DOWNLOAD_FAILED)'),
    );
  });
});

describe('groundglass-trainer doctor', () => {
  test('computes on every engine and provider, and names the device or the reason', async () => {
    const { stdout } = await trainer('doctor');
    expect(stdout).toMatch(/^✓ ONNX Runtime, cpu +\S.*, matrix product in [\d.]+ ms, onnx/m);
    expect(stdout).toMatch(
      /^(✓ ONNX Runtime, cuda +\S.*, product of|✗ ONNX Runtime, cuda .*(CUDA 12|linux x64))/m,
    );
    expect(stdout).toMatch(
      /^(✓ ONNX Runtime, webgpu +\S.*, product of|✗ ONNX Runtime, webgpu +\S)/m,
    );
    expect(stdout).toMatch(/^(✓ TensorFlow.js +\S.*, product of|✗ TensorFlow.js .*npm install)/m);
  });

  test('fails with the reason if tfjs-node-gpu is broken, and uses no slower package instead', async () => {
    const root = at('broken-gpu');
    const installed = join(root, 'node_modules/@tensorflow/tfjs-node-gpu');
    await mkdir(installed, { recursive: true });
    await writeFile(join(root, 'package.json'), '{}');
    await writeFile(join(installed, 'index.js'), 'throw new Error("libcudart.so.11.0 is missing")');
    const env = { ...process.env, GROUNDGLASS_TFJS_NODE: root };
    await expect(
      promisify(execFile)(process.execPath, [cli, 'doctor', '--check', 'tfjs'], { env }),
    ).rejects.toMatchObject(failure('tfjs-node-gpu to load: libcudart.so.11.0'));
  });

  test('leaves nothing in the home folder and the temporary one: no telemetry, no identifier', async () => {
    const home = at('home');
    await mkdir(home);
    // Without the variables that mark continuous integration, where ONNX Runtime sends nothing anyway.
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home };
    await promisify(execFile)(process.execPath, [cli, 'doctor'], { env });
    expect(await readdir(home)).toEqual([]);
  });
});

describe('groundglass-trainer', () => {
  test('prints the version of its package', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const { stdout } = await trainer('--version');
    expect(stdout.trim()).toBe(version);
  });
});
