import { GroundglassClient, type PredictionEvent } from '@groundglass/client';
import {
  encodePng,
  decodeMask,
  openVolume,
  bytesSource,
  predictionSchema,
} from '@groundglass/core';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyModels, expectedProbability } from '../inference/inference.fixture.js';
import {
  ask,
  coreFixture,
  greyPng,
  metaImage,
  startTestServer,
  type TestServer,
} from '../server.fixture.js';

let server: TestServer;
let client: GroundglassClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new GroundglassClient({ baseUrl: server.url });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Grey 0–1 that the model sees for a value in HU: [-1250, 250] becomes [0, 1]. */
const seen = (hu: number): number => (hu + 1250) / 1500;

/** A bundled chest at half its brightness: the fixture model finds no lesion in it. */
async function dimChest(): Promise<Uint8Array> {
  const sample = await readFile(join(import.meta.dirname, '../../../../samples/covid-slice.png'));
  const { columns, rows, pixels } = await (await openVolume(bytesSource(sample))).slice(0);
  const data = Uint8Array.from(pixels, (value) => Math.round(value * 120));
  return encodePng({ columns, rows, channels: 1, data });
}

describe('POST /v1/predictions', () => {
  test('a PNG gets the score of the model’s formula and a warning that HU are lost', async () => {
    const prediction = await client.predict(greyPng(128));
    // 128 of 255 is 0.50196; the formula of make-models.py makes that a mask of 0.50979 and a probability of 0.8883.
    expect(prediction.probability).toBeCloseTo(expectedProbability(128 / 255), 5);
    expect(prediction).toMatchObject({
      file: null,
      // A constant grey has no lung, and its mask is a lesion all over.
      label: null,
      withheld: ['NO_LUNG', 'IMPLAUSIBLE_MASK'],
      threshold: 0.5,
      model: { name: 'lesion-rule', version: '1', trained: true, positive: 'covid' },
      preprocessing: { window: null, crop: 'none', huLost: true },
    });
    expect(prediction.warnings).toContainEqual({ code: 'HU_LOST' });
    const [slice] = prediction.slices;
    const mask = decodeMask(slice!.mask!);
    expect(mask).toHaveLength(32 * 32);
    expect(mask[0]).toBeCloseTo(1 / (1 + Math.exp(10 - (20 * 128) / 255)), 2);
  });

  test('a volume gets a score for each slice and the mean of the higher half', async () => {
    // Air and tissue, in a chest's Hounsfield units.
    const values = [-1000, -600, -500, -480, -470, -700, -800, 40];
    const prediction = await client.predict(metaImage(values), { mask: false });
    const expected = values.map((hu) => expectedProbability(seen(hu)));
    expect(prediction.slices.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const [index, slice] of prediction.slices.entries()) {
      expect(slice.probability).toBeCloseTo(expected[index]!, 4);
      expect(slice.mask).toBeUndefined();
    }
    // No slice has lungs, so none counts and all are taken: half of eight are 40, -470, -480 and -500 HU.
    const highest = (expected[2]! + expected[3]! + expected[4]! + expected[7]!) / 4;
    expect(prediction.probability).toBeCloseTo(highest, 4);
    expect(prediction.preprocessing).toEqual({
      window: { center: -500, width: 1500 },
      crop: 'none',
      huLost: false,
    });
  });

  test('slices can be chosen: one, a range, the middle', async () => {
    const file = metaImage([-900, -800, -700, -600, -500]);
    const chosen = async (slices: Parameters<typeof client.predict>[1]): Promise<number[]> =>
      (await client.predict(file, slices)).slices.map(({ index }) => index);
    expect(await chosen({ slices: 3 })).toEqual([3]);
    expect(await chosen({ slices: { from: 1, to: 3 } })).toEqual([1, 2, 3]);
    expect(await chosen({ slices: 'middle' })).toEqual([2]);
    await expect(client.predict(file, { slices: 5 })).rejects.toMatchObject({
      code: 'CT_SLICE_RANGE',
      message: 'Expected slices from 0 to 4, got 5',
    });
  });

  test('slices are scored from the requested one on, and answered in order', async () => {
    const scored: number[] = [];
    const { slices } = await client.predictStream(metaImage([-900, -800, -700, -600, -500]), {
      slices: { from: 1, to: 4 },
      startAt: 3,
      onEvent: (event) => {
        if (event.event === 'slice') scored.push(event.slice.index);
      },
    });
    // Two are processed at a time and may finish in any order.
    expect([3, 4]).toContain(scored[0]);
    expect(slices.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    await expect(client.predict(metaImage([-900, -800]), { startAt: 2 })).rejects.toMatchObject({
      code: 'CT_SLICE_RANGE',
      message: 'Expected slices from 0 to 1, got startAt 2',
    });
  });

  test('more slices than the limit are refused before any is scored; a range of them is not', async () => {
    await using few = await startTestServer({ maxSlices: 3 });
    const caller = new GroundglassClient({ baseUrl: few.url });
    const file = metaImage([-900, -800, -700, -600]);
    await expect(caller.predict(file)).rejects.toMatchObject({
      code: 'CT_TOO_LARGE',
      message: `Expected at most 3 slices in one request, "all" selects more of this file's 4: request a range with slices`,
    });
    const { slices } = await caller.predict(file, { slices: { from: 1, to: 3 } });
    expect(slices.map(({ index }) => index)).toEqual([1, 2, 3]);
  });

  test('a stream reports the start and every slice before the result', async () => {
    const events: PredictionEvent[] = [];
    const prediction = await client.predictStream(metaImage([-900, -500, -700]), {
      onEvent: (event) => events.push(event),
    });
    expect(events.map(({ event }) => event)).toEqual([
      'started',
      'slice',
      'slice',
      'slice',
      'prediction',
    ]);
    expect(events[0]).toMatchObject({
      volume: { format: 'metaimage', columns: 32, rows: 24, sliceCount: 3 },
      slices: [0, 1, 2],
    });
    expect(events.flatMap((event) => (event.event === 'slice' ? event.done : []))).toEqual([
      1, 2, 3,
    ]);
    expect(prediction.slices.every(({ mask }) => mask !== undefined)).toBe(true);
  });

  test('aborting a stream stops the work at the server', async () => {
    const controller = new AbortController();
    const file = metaImage(Array.from({ length: 400 }, (_, index) => -900 + index));
    const call = client.predictStream(file, {
      signal: controller.signal,
      onEvent: ({ event }) => {
        if (event === 'slice') controller.abort();
      },
    });
    await expect(call).rejects.toMatchObject({ code: 'CT_CANCELLED' });
    await server.services.scheduler.drain();
    const { statistics } = server.services.repository.get('lesion-rule');
    const after = statistics.executionCount;
    await client.predict(greyPng(10));
    // Only slices already in progress could still run: two at a time, one batch each.
    expect(statistics.executionCount - after).toBeLessThanOrEqual(3);
  });

  test('a form with a file gives the same answer as its bytes', async () => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(greyPng(128))]), 'slice.png');
    const response = await fetch(`${server.url}/v1/predictions?mask=0`, {
      method: 'POST',
      body: form,
    });
    const prediction = predictionSchema.parse(await response.json());
    expect(prediction.probability).toBeCloseTo(expectedProbability(128 / 255), 5);
    expect(prediction.file).toBe('slice.png');
  });

  test('a second picture in a form is refused rather than left out', async () => {
    const two = [1, 2].map((grey) => ({ name: `${grey}.png`, data: greyPng(grey) }));
    await expect(client.predict(two)).rejects.toMatchObject({
      code: 'CT_BAD_REQUEST',
      message: expect.stringContaining('got 1 more') as string,
    });
  });

  test('an invalid parameter is named with its value', async () => {
    const answer = await ask(`${server.url}/v1/predictions?threshold=2`, { method: 'POST' });
    expect(JSON.parse(answer.text)).toEqual({
      code: 'CT_BAD_REQUEST',
      error: '"threshold": Too big: expected number to be <=1, got 2',
    });
  });

  test('an overlay is a picture of the slice’s size, coloured where the lesion is', async () => {
    const chest = await dimChest();
    const codesOf = async (options: Parameters<typeof client.overlay>[1]) => {
      const volume = await openVolume(bytesSource(await client.overlay(chest, options)));
      expect([volume.columns, volume.rows]).toEqual([512, 512]);
      return volume.warnings.map(({ code }) => code);
    };
    expect(await codesOf({ maskThreshold: 0.1 })).toContain('COLOUR_TO_GREY');
    expect(await codesOf({ maskThreshold: 0.9 })).not.toContain('COLOUR_TO_GREY');
  });

  test('an overlay without an answer is the picture without a mask, with headers that say why', async () => {
    const response = await fetch(`${server.url}/v1/predictions`, {
      method: 'POST',
      headers: { accept: 'image/png' },
      body: new Uint8Array(greyPng(200, 40, 30)),
    });
    expect(response.headers.get('x-prediction-label')).toBe('');
    expect(response.headers.get('x-prediction-withheld')).toBe('NO_LUNG,IMPLAUSIBLE_MASK');
    const volume = await openVolume(bytesSource(new Uint8Array(await response.arrayBuffer())));
    expect(volume.warnings.map(({ code }) => code)).not.toContain('COLOUR_TO_GREY');
  });

  test('every format of the decoders’ fixtures is scored', async () => {
    for (const path of [
      'formats/dicom/fixtures/explicit.dcm',
      'formats/dicom/fixtures/jpeg-2000.dcm',
      'formats/dicom/fixtures/enhanced.dcm',
    ]) {
      const prediction = await client.predict(await coreFixture(path));
      expect(prediction.probability).toBeGreaterThanOrEqual(0);
    }
  });

  test('the decision threshold can be given', async () => {
    const picture = await dimChest();
    const { probability } = await client.predict(picture);
    const above = await client.predict(picture, { threshold: probability + 0.01 });
    expect(above).toMatchObject({ label: 'non-covid', withheld: [] });
    const below = await client.predict(picture, { threshold: probability - 0.01 });
    expect(below).toMatchObject({ label: 'covid', withheld: [] });
  });

  test.each<[string, string | Uint8Array, { query?: string; accept?: string }, number, string]>([
    ['no bytes', '', {}, 400, 'CT_EMPTY'],
    ['bytes of no format', 'hello', {}, 415, 'CT_UNKNOWN_FORMAT'],
    [
      'a model that is not there',
      greyPng(1),
      { query: '?model=absent' },
      404,
      'CT_MODEL_NOT_FOUND',
    ],
    [
      'a wrong model before a wrong file',
      new Uint8Array([1, 2, 3]),
      { query: '?model=absent' },
      404,
      'CT_MODEL_NOT_FOUND',
    ],
    ['a version that is not there', greyPng(1), { query: '?version=9' }, 404, 'CT_MODEL_NOT_FOUND'],
    ['a model that is none for CT', greyPng(1), { query: '?model=echo' }, 422, 'CT_MODEL_INVALID'],
    ['an unknown parameter', greyPng(1), { query: '?slice=1' }, 400, 'CT_BAD_REQUEST'],
    ['a threshold of 2', greyPng(1), { query: '?threshold=2' }, 400, 'CT_BAD_REQUEST'],
    ['slices=5-', greyPng(1), { query: '?slices=5-' }, 400, 'CT_BAD_REQUEST'],
    ['a window without width', greyPng(1), { query: '?window=40,0' }, 400, 'CT_BAD_REQUEST'],
    ['another Accept', greyPng(1), { accept: 'text/html' }, 400, 'CT_BAD_REQUEST'],
    ['a segmentation of a PNG', greyPng(1), { accept: 'application/dicom' }, 400, 'CT_BAD_REQUEST'],
    ['a truncated PNG', greyPng(1).subarray(0, 60), {}, 422, 'CT_TRUNCATED'],
  ])(
    '%s is answered with its code',
    async (_, body, { query = '', accept = '*/*' }, status, code) => {
      const answer = await ask(`${server.url}/v1/predictions${query}`, {
        method: 'POST',
        headers: { accept },
        body,
      });
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        status,
        // No stack and no path of the machine.
        {
          code,
          error: expect.not.stringMatching(/\n|\.js|\.ts|[/\\](tmp|home|root|usr|work)/) as string,
        },
      ]);
    },
  );

  test('a timeout that cannot be met is an error', async () => {
    await expect(
      client.predict(metaImage(Array(300).fill(-600)), { timeoutMs: 1 }),
    ).rejects.toMatchObject({ code: 'CT_TIMEOUT' });
  });

  test('killing a codec process loses no answer', async () => {
    const events: string[] = [];
    const values = Array.from({ length: 60 }, (_, index) => -900 + index);
    const prediction = await client.predictStream(metaImage(values, 256, 256), {
      onEvent: ({ event }) => {
        events.push(event);
        if (events.length === 5) process.kill(server.services.codecs.pids[0]!, 'SIGKILL');
      },
    });
    expect(prediction.slices).toHaveLength(60);
    expect(events.filter((event) => event === 'started')).toHaveLength(1);
    expect(events.filter((event) => event === 'slice')).toHaveLength(60);
  });
});

test('GET /v1/models lists the models for CT and how a volume is scored', async () => {
  expect(await client.models()).toEqual([
    {
      name: 'lesion-rule',
      version: '1',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      trained: true,
      threshold: 0.5,
      volumeThreshold: 0.5,
      labels: ['non-covid', 'covid'],
      aggregation: 'top-mean:0.5',
      metadata: {
        name: 'lesion-rule',
        version: '1',
        trained: 'true',
        threshold: '0.5',
        temperature: '1',
      },
    },
  ]);
});

test('a model sees the part of a slice that it was trained on, unless the query asks for another', async () => {
  const models = await copyModels(['lesion-rule']);
  const config = join(models, 'lesion-rule/config.pbtxt');
  await appendFile(config, 'parameters { key: "crop" value { string_value: "chest" } }\n');
  await using cropping = await startTestServer({ models });
  const asked = new GroundglassClient({ baseUrl: cropping.url });
  const chest = await readFile(join(import.meta.dirname, '../../../../samples/covid-slice.png'));
  const cropOf = async (options: { crop?: 'none' | 'chest' }) =>
    (await asked.predict(chest, { mask: false, ...options })).preprocessing.crop;
  expect(await cropOf({})).toBe('chest');
  expect(await cropOf({ crop: 'none' })).toBe('none');
  await rm(models, { recursive: true, force: true });
});
