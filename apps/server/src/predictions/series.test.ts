import { GroundglassClient, type CtUpload, type PredictionEvent } from '@groundglass/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damagedSlice, dicomSlice, type Elements } from '../imaging-worker/series.fixture.js';
import { greyPng, startTestServer, type TestServer } from '../server.fixture.js';

let server: TestServer;
let client: GroundglassClient;
beforeAll(async () => {
  server = await startTestServer({ copied: ['lesion-rule'] });
  client = new GroundglassClient({ baseUrl: server.url });
});
afterAll(() => server[Symbol.asyncDispose]());

const slices = (name: string, places: readonly number[], elements: Elements = {}) =>
  places.map((z) => ({ name: `${name}${z}.dcm`, data: dicomSlice(z, elements) }));
const text = (name: string) => ({ name, data: Buffer.from('words about the scan') });

async function score(upload: CtUpload, options = {}) {
  const {
    slices: scored,
    warnings,
    file,
  } = await client.predict(upload, { mask: false, ...options });
  return {
    file,
    files: scored.map((slice) => slice.file),
    named: warnings.filter((warning) => warning.file !== undefined),
    codes: warnings.map(({ code }) => code),
  };
}

const leftOut = (file: string, detail: string) => ({ code: 'FILE_LEFT_OUT', file, detail });

describe('files of a series in one upload', () => {
  test('are scored in the order of their positions, each slice with its file', async () => {
    const [a, b, c] = slices('s', [4, 0, 2]);
    expect(await score([a!, b!, c!])).toMatchObject({
      file: 's0.dcm',
      files: ['s0.dcm', 's2.dcm', 's4.dcm'],
      named: [],
    });
  });

  test('in two phases: the first is scored, the files of the other are named, and it can be chosen', async () => {
    const upload = [
      ...slices('early', [0, 2, 4], { AcquisitionNumber: 1 }),
      ...slices('late', [0, 2, 4], { AcquisitionNumber: 2 }),
    ];
    const first = await score(upload);
    expect(first.files).toEqual(['early0.dcm', 'early2.dcm', 'early4.dcm']);
    const phase = (n: number) => `phase ${n} of 2, by Acquisition Number`;
    expect(first.named).toEqual(
      ['late0.dcm', 'late2.dcm', 'late4.dcm'].map((file) => leftOut(file, phase(2))),
    );
    const second = await score(upload, { volume: 1 });
    expect(second.files).toEqual(['late0.dcm', 'late2.dcm', 'late4.dcm']);
    expect(second.named[0]).toEqual(leftOut('early0.dcm', phase(1)));
    await expect(score(upload, { volume: 2 })).rejects.toMatchObject({
      code: 'CT_SLICE_RANGE',
      message: 'Expected a volume from 0 to 1 of the upload, got 2',
    });
  });

  test('a localizer, a dose report, coronal slices and another size are left out by name', async () => {
    const type = (value: string) => ({
      SeriesInstanceUID: `2.25.${value.length}`,
      ImageType: ['ORIGINAL', 'PRIMARY', value],
    });
    const answer = await score([
      { name: 'scout.dcm', data: dicomSlice(0, type('LOCALIZER')) },
      { name: 'dose.dcm', data: dicomSlice(0, type('DOSE_INFO')) },
      ...slices('s', [0, 2]),
      {
        name: 'coronal.dcm',
        data: dicomSlice(0, { ImageOrientationPatient: [1, 0, 0, 0, 0, -1] }),
      },
      { name: 'fine.dcm', data: dicomSlice(4, { PixelSpacing: [0.1, 0.1] }) },
    ]);
    expect(answer.files).toEqual(['s0.dcm', 's2.dcm']);
    expect(answer.named).toEqual(
      expect.arrayContaining([
        leftOut('scout.dcm', 'a localizer'),
        leftOut('dose.dcm', 'a capture of a screen or page'),
        leftOut('coronal.dcm', 'coronal slices'),
        leftOut('fine.dcm', 'another pixel spacing'),
      ]),
    );
    expect(answer.named).toHaveLength(4);
  });

  test('files that are not DICOM, in any position, and damaged ones are named', async () => {
    const [a, b] = slices('s', [0, 2]);
    const cut = dicomSlice(4).subarray(0, -100);
    const { files, named } = await score([
      text('a-readme.txt'),
      a!,
      { name: 'cut.dcm', data: cut },
      { name: 'screen.png', data: greyPng(3) },
      { name: 'empty.dcm', data: new Uint8Array(0) },
      b!,
      { name: 'copy.dcm', data: b!.data },
    ]);
    expect(files).toEqual(['s0.dcm', 's2.dcm']);
    expect(named.map(({ code, file }) => `${code} ${file}`).sort()).toEqual([
      'DUPLICATE_FILE copy.dcm',
      'FILE_UNREADABLE a-readme.txt',
      'FILE_UNREADABLE cut.dcm',
      'FILE_UNREADABLE empty.dcm',
      'FILE_UNREADABLE screen.png',
    ]);
  });

  test('a file with an intact header and damaged pixels is left out by name', async () => {
    const stream = (z: number) => ({ name: `j${z}.dcm`, data: dicomSlice(z, {}, 'jpeg2000') });
    const { files, named } = await score([
      stream(0),
      { name: 'torn.dcm', data: damagedSlice(2) },
      stream(4),
    ]);
    expect(files).toEqual(['j0.dcm', 'j4.dcm']);
    expect(named).toMatchObject([{ code: 'FILE_UNREADABLE', file: 'torn.dcm' }]);
  });

  test('progress counts the file that cannot be read, so it reaches its total', async () => {
    const upload = [0, 2, 4].map((z) => ({
      name: `j${z}.dcm`,
      data: z === 2 ? damagedSlice(z) : dicomSlice(z, {}, 'jpeg2000'),
    }));
    const events: PredictionEvent[] = [];
    await client.predictStream(upload, { onEvent: (event) => events.push(event) });
    const steps = events.flatMap((event) => ('done' in event ? event : []));
    expect(steps.map(({ done, total }) => `${done} of ${total}`)).toEqual([
      '1 of 3',
      '2 of 3',
      '3 of 3',
    ]);
    expect(steps.filter(({ event }) => event === 'skipped')).toMatchObject([
      { index: 1, warning: { code: 'FILE_UNREADABLE', file: 'j2.dcm' } },
    ]);
  });

  test('of several series are refused with a list of the series; one of them can be chosen', async () => {
    const upload = [
      ...slices('soft', [0, 2, 4]),
      ...slices('sharp', [0, 2], { SeriesInstanceUID: '2.25.9' }),
    ];
    await expect(score(upload)).rejects.toMatchObject({
      code: 'CT_MIXED_SERIES',
      message:
        'Expected axial slices of one series, got volume 0 with 3 slices, volume 1 with 2 slices: send one series, or choose one with volume=N',
    });
    const { files, named } = await score(upload, { volume: 1 });
    expect(files).toEqual(['sharp0.dcm', 'sharp2.dcm']);
    expect(named).toEqual([0, 2, 4].map((z) => leftOut(`soft${z}.dcm`, 'another series')));
  });

  test('none of which can be read are refused with the error of the first', async () => {
    await expect(
      score([text('notes.txt'), { name: 'a.dcm', data: dicomSlice(0).subarray(0, -100) }]),
    ).rejects.toMatchObject({ code: 'CT_TRUNCATED' });
  });
});
