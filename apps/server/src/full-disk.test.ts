import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedProbability, fixtureModels } from './inference/inference.fixture.js';
import { ask, greyPng, startTestServer } from './server.fixture.js';

/** A 300 KiB file system, if the user may mount one, so that the kernel itself reports "disk full". */
const disk = await mkdtemp(join(tmpdir(), 'groundglass-disk-'));
const mounted = canMount();

function canMount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(async () => {
  if (mounted) execFileSync('umount', ['-l', disk]);
  await rm(disk, { recursive: true, force: true });
});

const fill = () =>
  writeFile(join(disk, 'fill'), new Uint8Array(400 * 1024)).catch((error: unknown) => error);

describe.skipIf(!mounted)('on a full disk (skipped where no file system can be mounted)', () => {
  beforeAll(async () => {
    await cp(join(fixtureModels, 'lesion-rule'), join(disk, 'lesion-rule'), { recursive: true });
  });

  test('a half-written version is reported and the old one keeps serving', async () => {
    await using server = await startTestServer({
      copied: [],
      models: disk,
      modelControlMode: 'poll',
      repositoryPollSeconds: 1,
    });
    await cp(join(disk, 'lesion-rule/1'), join(disk, 'lesion-rule/2'), { recursive: true });
    expect(await fill()).toMatchObject({ code: 'ENOSPC' });
    const large = writeFile(
      join(disk, 'lesion-rule/2/model.onnx'),
      new Uint8Array(100_000).fill(0x3a),
    );
    await expect(large).rejects.toMatchObject({ code: 'ENOSPC' });
    const index = async (): Promise<string> =>
      (await ask(`${server.url}/v2/repository/index`, { method: 'POST' })).text;
    await expect
      .poll(index, { timeout: 30_000 })
      .toMatch(/"version":"1","state":"READY","reason":"Expected an ONNX file/);
    const { text } = await ask(`${server.url}/v1/predictions?mask=0`, {
      method: 'POST',
      body: greyPng(128),
    });
    const { probability, model } = JSON.parse(text) as {
      probability: number;
      model: { version: string };
    };
    expect(model.version).toBe('1');
    expect(probability).toBeCloseTo(expectedProbability(128 / 255), 5);
    await rm(join(disk, 'lesion-rule/2'), { recursive: true });
  });

  test('a model loads without a cache, and a large upload is answered with 503', async () => {
    await rm(join(disk, 'fill'), { force: true });
    await using server = await startTestServer({
      copied: ['lesion-rule'],
      cacheDir: join(disk, 'cache'),
      spoolDir: disk,
      modelControlMode: 'explicit',
    });
    expect(await fill()).toMatchObject({ code: 'ENOSPC' });
    const load = await ask(`${server.url}/v2/repository/models/lesion-rule/load`, {
      method: 'POST',
    });
    expect(load.status).toBe(200);
    const upload = await ask(`${server.url}/v1/predictions`, {
      method: 'POST',
      body: new Uint8Array(6 * 1024 * 1024),
    });
    expect([upload.status, upload.headers['retry-after']]).toEqual([503, '30']);
    const small = await ask(`${server.url}/v1/predictions`, { method: 'POST', body: greyPng(1) });
    expect(small.status).toBe(200);
  });
});
