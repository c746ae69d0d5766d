import { bytesSource, openVolume, type CtVolume } from '@groundglass/core';
import { expect, test } from 'vitest';
import { writeMetaImage } from './write-meta-image.js';

const { signal } = new AbortController();

test('a series comes back from the MetaImage with its values and its place in the patient', async () => {
  const volume: CtVolume = {
    format: 'dicom',
    columns: 2,
    rows: 3,
    sliceCount: 2,
    unit: 'HU',
    pixelSpacing: { column: 0.5, row: 0.75 },
    geometry: {
      spacing: { column: 0.5, row: 0.75, slice: 5 },
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
      sliceDirection: [0, 0, 1],
      origin: [-10, -20, 30],
    },
    windows: [],
    warnings: [],
    metadata: [],
    view: null,
    acquisition: { modality: null, imageType: [], bodyPart: null },
    sliceFiles: null,
    greyRange: null,
    timePoint: null,
    colours: null,
    slice: (index) =>
      Promise.resolve({
        index,
        columns: 2,
        rows: 3,
        unit: 'HU',
        pixels: Float32Array.of(-1024, -600.4, 0, 40, 1000 + index, 3071),
      }),
  };
  const read = await openVolume(bytesSource(await writeMetaImage(volume, signal)));
  expect(read).toMatchObject({
    format: 'metaimage',
    columns: 2,
    rows: 3,
    sliceCount: 2,
    unit: 'HU',
  });
  expect(read.geometry).toEqual(volume.geometry);
  expect([...(await read.slice(1)).pixels]).toEqual([-1024, -600, 0, 40, 1001, 3071]);
});
