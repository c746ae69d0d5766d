import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openVolume } from '../../index.js';
import { bytesSource } from '../byte-source.js';

const golden = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures/oddities.json'), 'utf8'),
) as {
  columns: number;
  rows: number;
  cases: {
    name: string;
    judge: string;
    file: string;
    values: number[];
    warnings: string[];
    tolerance: number;
  }[];
};

describe('DICOM files whose header and data disagree give the values that other software reads', () => {
  test.each(golden.cases)('$name', async ({ file, values, warnings, tolerance }) => {
    const volume = await openVolume(bytesSource(Buffer.from(file, 'base64')));
    expect(volume).toMatchObject({ columns: golden.columns, rows: golden.rows, sliceCount: 1 });
    const { pixels } = await volume.slice(0);
    // Eight bits cannot be Hounsfield units and are read as grey between two values of the file.
    const { black, white } = volume.greyRange ?? { black: 0, white: 1 };
    let worst = 0;
    for (const [i, value] of values.entries())
      worst = Math.max(worst, Math.abs(pixels[i]! * (white - black) + black - value));
    expect(worst).toBeLessThanOrEqual(tolerance + 1e-4);
    const codes = volume.warnings.map(({ code }) => code as string);
    for (const code of warnings) expect(codes).toContain(code);
    if (warnings.length === 0) expect(volume.warnings).toEqual([]);
  });

  test('a mismatch names the transfer syntax and the stream', async () => {
    const { file } = golden.cases.find(({ name }) =>
      name.startsWith('JPEG-LS (SOF55) under JPEG'),
    )!;
    const volume = await openVolume(bytesSource(Buffer.from(file, 'base64')));
    expect(volume.warnings).toContainEqual({
      code: 'STREAM_MISMATCH',
      detail: 'transfer syntax JPEG Baseline, the pixels are JPEG-LS (SOF55)',
    });
  });

  test('a stream without a decoder is refused, naming the stream and the transfer syntax', async () => {
    const { file } = golden.cases.find(({ name }) => name.startsWith('extended JPEG'))!;
    const bytes = Buffer.from(file, 'base64');
    const sof = bytes.indexOf(Buffer.of(0xff, 0xc1));
    bytes[sof + 1] = 0xc9;
    const slice = openVolume(bytesSource(bytes)).then((volume) => volume.slice(0));
    await expect(slice).rejects.toMatchObject({
      code: 'CT_UNSUPPORTED',
      message: expect.stringMatching(/arithmetic JPEG \(SOF9\).*JPEG Lossless/) as string,
    });
  });
});
