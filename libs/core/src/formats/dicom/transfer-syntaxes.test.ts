import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../byte-source.js';
import { openVolume } from '../../index.js';
import { sharedData } from '../../shared-data.fixture.js';

describe.skipIf(sharedData === undefined)('one chest CT in many transfer syntaxes', () => {
  const folder = join(sharedData ?? '', 'dicom/transfer-syntaxes');
  const slice = async (name: string) => {
    const volume = await openVolume(
      bytesSource(new Uint8Array(await readFile(join(folder, name)))),
    );
    return (await volume.slice(0)).pixels;
  };
  const lossless = [
    'BigEndian',
    'Deflated',
    'JPEG2000LosslessOnly',
    'JPEGLSLossless',
    'JPEGProcess14SV1',
    'JPEGProcess14Transfer',
    'LittleEndianExplicit',
    'LittleEndianImplicit',
    'RLELossless',
  ];
  test.each(lossless)('%s equals the uncompressed slice pixel for pixel', async (part) => {
    const name = (await readdir(folder)).find((file) => file.includes(`CTImage.dcm_${part}`))!;
    expect(await slice(name)).toEqual(await slice('CTImage.dcm'));
  });
});
