import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroundglassClient } from '@groundglass/client';
import dcmjs from 'dcmjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coreFixture, greyPng, startTestServer, type TestServer } from '../server.fixture.js';

let server: TestServer;
let client: GroundglassClient;
let folder: string;
beforeAll(async () => {
  server = await startTestServer({ copied: ['lesion-rule'] });
  client = new GroundglassClient({ baseUrl: server.url });
  folder = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const readDataset = (bytes: Uint8Array) => {
  const { dict } = dcmjs.data.DicomMessage.readFile(new Uint8Array(bytes).buffer);
  return dcmjs.data.DicomMetaDictionary.naturalizeDataset(dict);
};

interface Frame {
  PlanePositionSequence: { ImagePositionPatient: number[] }[];
  DerivationImageSequence: {
    SourceImageSequence: { ReferencedSOPInstanceUID: string; ReferencedFrameNumber?: number }[];
  }[];
}

describe('a DICOM segmentation', () => {
  test('has the patient, the study, the geometry and the reference of its source', async () => {
    const source = await coreFixture('formats/dicom/fixtures/explicit.dcm');
    const segmentation = readDataset(await client.segmentation(source, { maskThreshold: 0 }));
    const header = readDataset(source);
    for (const name of [
      'PatientID',
      'StudyInstanceUID',
      'FrameOfReferenceUID',
      'Rows',
      'Columns',
    ]) {
      expect([name, segmentation[name]]).toEqual([name, header[name]]);
    }
    expect(segmentation).toMatchObject({
      Modality: 'SEG',
      SegmentationType: 'BINARY',
      NumberOfFrames: 1,
      BitsAllocated: 1,
    });
    const [frame] = segmentation.PerFrameFunctionalGroupsSequence as Frame[];
    expect(frame!.PlanePositionSequence[0]!.ImagePositionPatient.map(Number)).toEqual(
      (header.ImagePositionPatient as number[]).map(Number),
    );
    const [reference] = frame!.DerivationImageSequence[0]!.SourceImageSequence;
    expect(reference!.ReferencedSOPInstanceUID).toBe(header.SOPInstanceUID);
    expect(segmentation.SeriesInstanceUID).not.toBe(header.SeriesInstanceUID);
    // Threshold 0: every pixel is lesion, so every bit of the picture is set.
    const [pixels] = segmentation.PixelData as [ArrayBuffer];
    const bits = (segmentation.Rows as number) * (segmentation.Columns as number);
    const set = [...new Uint8Array(pixels)].join(',').split('255').length - 1;
    expect(set).toBe(Math.floor(bits / 8));
  });

  test('of a multi-frame object has a frame for each of its frames, in their places', async () => {
    const source = await coreFixture('formats/dicom/fixtures/enhanced.dcm');
    const segmentation = readDataset(await client.segmentation(source, { maskThreshold: 0 }));
    const header = readDataset(source);
    const positions = (header.PerFrameFunctionalGroupsSequence as Frame[]).map((frame) =>
      frame.PlanePositionSequence[0]!.ImagePositionPatient.map(Number),
    );
    const frames = segmentation.PerFrameFunctionalGroupsSequence as Frame[];
    expect(frames).toHaveLength(positions.length);
    for (const frame of frames) {
      const number =
        frame.DerivationImageSequence[0]!.SourceImageSequence[0]!.ReferencedFrameNumber;
      const position = frame.PlanePositionSequence[0]!.ImagePositionPatient.map(Number);
      expect(position[2]).toBeCloseTo(positions[number! - 1]![2]!, 6);
    }
  });

  test('is refused for a file that is not DICOM', async () => {
    await expect(client.segmentation(greyPng(1))).rejects.toMatchObject({ code: 'CT_BAD_REQUEST' });
  });

  const dciodvfy = '/usr/bin/dciodvfy';
  const python = '/usr/bin/python3';
  const hasPydicom = existsSync(python) && canRun(python, ['-c', 'import pydicom, numpy']);

  test.skipIf(!existsSync(dciodvfy))(
    'passes dciodvfy without an error (skipped where Debian’s dicom3tools is missing)',
    async () => {
      for (const name of ['explicit', 'enhanced', 'jpeg-2000', 'prone']) {
        const source = await coreFixture(`formats/dicom/fixtures/${name}.dcm`);
        const path = join(folder, `${name}.dcm`);
        await writeFile(path, await client.segmentation(source, { maskThreshold: 0.3 }));
        const report = run(dciodvfy, ['-new', path]);
        expect(report.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
        expect(report).toContain('Segmentation');
      }
    },
  );

  test.skipIf(!hasPydicom)(
    'opens in pydicom with the intended pixels (skipped where python3-pydicom is missing)',
    async () => {
      const path = join(folder, 'pydicom.dcm');
      const source = await coreFixture('formats/dicom/fixtures/enhanced.dcm');
      await writeFile(path, await client.segmentation(source, { maskThreshold: 0 }));
      const script = `import pydicom; d = pydicom.dcmread(${JSON.stringify(path)}); a = d.pixel_array
print(d.SOPClassUID.name, a.shape == (d.NumberOfFrames, d.Rows, d.Columns), a.min(), a.max())`;
      expect(run(python, ['-c', script]).trim()).toBe('Segmentation Storage True 1 1');
    },
  );
});

function canRun(command: string, args: string[]): boolean {
  try {
    run(command, args);
    return true;
  } catch {
    return false;
  }
}

/** dciodvfy reports on standard error and ends with 1 when it found anything, warnings included. */
function run(command: string, args: string[]): string {
  return execFileSync(
    '/bin/sh',
    [
      '-c',
      '"$@" 2>&1 || test "$0" = report',
      command.includes('dciodvfy') ? 'report' : 'run',
      command,
      ...args,
    ],
    {
      encoding: 'utf8',
    },
  );
}
