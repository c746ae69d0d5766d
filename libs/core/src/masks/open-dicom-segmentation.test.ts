import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesSource } from '../formats/byte-source.js';
import { openDicomSegmentation } from './open-dicom-segmentation.js';

const folder = join(import.meta.dirname, 'fixtures');
const bytes = new Uint8Array(readFileSync(join(folder, 'segmentation.dcm')));
const { frames } = JSON.parse(readFileSync(join(folder, 'segmentation.json'), 'utf8')) as {
  frames: number[][];
};
const open = async (data = bytes) => (await openDicomSegmentation(bytesSource(data)))!;

/** The volume that was segmented, whose rows run from the front to the back: frame row 0 (y = 8) is its last row. */
const volume = {
  ...{ columns: 7, rows: 5, sliceCount: 3 },
  geometry: {
    spacing: { column: 1, row: 2, slice: 10 },
    rowDirection: [1, 0, 0],
    columnDirection: [0, 1, 0],
    sliceDirection: [0, 0, 1],
    origin: [-3, 0, 10],
  },
} as const;
const turned = (frame: number[]) =>
  [4, 3, 2, 1, 0].flatMap((row) => frame.slice(row * 7, row * 7 + 7));

test('segments are placed by their frames, in any row direction, as pydicom reads the pixels', async () => {
  const segmentation = await open();
  expect(segmentation.segments).toEqual({ 1: 'Ground glass', 2: 'Consolidation' });
  expect([...(await segmentation.on(volume, 0))!]).toEqual(turned(frames[0]!));
  const both = frames[1]!.map((value, at) => (frames[2]![at] === 1 ? 2 : value));
  expect([...(await segmentation.on(volume, 1))!]).toEqual(turned(both));
  expect(await segmentation.on(volume, 2)).toBeUndefined();
});

test('a volume of another pixel size gets the segments at its own', async () => {
  const { geometry } = volume;
  const coarse = {
    ...volume,
    rows: 3,
    geometry: { ...geometry, spacing: { ...geometry.spacing, row: 4 } },
  };
  // Rows at y = 0, 4 and 8: rows 4, 2 and 0 of the frame.
  expect(
    [...(await (await open()).on(coarse, 0))!].map((value, at) => value && at).filter(Boolean),
  ).toEqual([6, 14]);
});

const others = JSON.parse(readFileSync(join(folder, 'label-map.json'), 'utf8')) as Record<
  'label-map' | 'unplaced',
  number[][]
>;
const openOther = (name: string) => open(new Uint8Array(readFileSync(join(folder, name))));

test('a label map has its segments in its pixel values, whatever the order of its frames', async () => {
  const segmentation = await openOther('label-map.dcm');
  expect(segmentation.segments).toEqual({ 1: 'Ground glass', 2: 'Consolidation' });
  const [upper, lower] = others['label-map'];
  expect([...(await segmentation.on(volume, 0))!]).toEqual(turned(lower!));
  expect([...(await segmentation.on(volume, 1))!]).toEqual(turned(upper!));
  expect(await segmentation.on(volume, 2)).toBeUndefined();
});

test('frames without positions are matched by their order within the segment', async () => {
  const segmentation = await openOther('unplaced.dcm');
  const flat = { columns: 7, rows: 5, sliceCount: 3, geometry: undefined };
  for (const index of [0, 1, 2]) {
    const [first, second] = others.unplaced.slice(2 * index);
    const both = first!.map((value, at) => (second![at] === 1 ? 2 : value));
    expect([...(await segmentation.on(flat, index))!]).toEqual(both);
  }
});

test('slices at other positions, and planes of another direction, have no segments', async () => {
  const { geometry } = volume;
  const segmentation = await open();
  const above = { ...volume, geometry: { ...geometry, origin: [-3, 0, 26] as const } };
  expect(await segmentation.on(above, 0)).toBeUndefined();
  const coronal = { ...geometry, columnDirection: [0, 0, -1], sliceDirection: [0, 1, 0] } as const;
  expect(await segmentation.on({ ...volume, geometry: coronal }, 4)).toBeUndefined();
});

test('a file without positions is matched by order, if slices and frames are equal in number', async () => {
  const flat = { columns: 7, rows: 5, sliceCount: 3, geometry: undefined };
  // Three frames of two segments are not a whole number of slices.
  expect(await (await open()).on(flat, 0)).toBeUndefined();
});

test('another DICOM file is no segmentation, and a truncated one reports so', async () => {
  const image = new Uint8Array(
    readFileSync(join(folder, '../../formats/dicom/fixtures/explicit.dcm')),
  );
  expect(await openDicomSegmentation(bytesSource(image))).toBeUndefined();
  await expect(open(bytes.slice(0, -8))).rejects.toMatchObject({ code: 'CT_TRUNCATED' });
});
