import { bytesSource, encodeMask, openVolume } from '@groundglass/core';
import { expect, test } from 'vitest';
import { maskVolume } from './mask-volume.js';
import { writeDicomSeg } from './write-dicom-seg.js';
import { writeNiftiMask } from './write-nifti-mask.js';

const geometry = {
  spacing: { column: 0.7, row: 0.8, slice: 5 },
  rowDirection: [1, 0, 0],
  columnDirection: [0, 1, 0],
  sliceDirection: [0, 0, 1],
  origin: [-120, -90.5, 33],
} as const;

/** 3 columns, 2 rows, 2 slices; the second slice is empty except for its last pixel. */
const mask = {
  ...{ columns: 3, rows: 2, sliceCount: 2 },
  values: Uint8Array.of(1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1),
};

test('the masks of a prediction become one volume, cut at the threshold', () => {
  const shares = Float32Array.of(0.2, 0.6, 1, 0, 0.5, 0.4);
  const slices = [
    {
      index: 1,
      probability: 1,
      lesionFraction: 0.5,
      counted: true,
      mask: encodeMask(shares, 3, 2),
    },
  ];
  const made = maskVolume({ columns: 3, rows: 2, sliceCount: 2 }, slices, 0.45);
  expect([...made.values]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0]);
});

test('a mask as NIfTI is read back at the position of the volume', async () => {
  const volume = await openVolume(bytesSource(writeNiftiMask(mask, geometry)));
  expect(volume).toMatchObject({ columns: 3, rows: 2, sliceCount: 2 });
  expect(volume.geometry!.origin.map((part) => Math.round(part * 10) / 10)).toEqual([
    -120, -90.5, 33,
  ]);
  expect(volume.geometry!.spacing.slice).toBeCloseTo(5, 5);
  const { pixels } = await volume.slice(0);
  expect([...pixels].map((value) => Number(value > 0))).toEqual([1, 0, 1, 0, 1, 1]);
});

test('a segmentation has one bit per pixel, frames of the slices with lesion, and their positions', () => {
  const bytes = writeDicomSeg(mask, {
    ...{ geometry, label: 'Lesion', model: { name: 'net', version: '2' } },
    metadata: [
      { key: '(0020,000D)', name: 'Study Instance UID', value: '1.2.3', identifying: true },
      { key: '(0010,0020)', name: 'Patient ID', value: 'PH-1', identifying: true },
    ],
    time: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  });
  const text = new TextDecoder('latin1').decode(bytes);
  expect(text.slice(128, 132)).toBe('DICM');
  for (const part of [
    '1.2.3\0',
    'PH-1',
    'BINARY',
    '-120\\-90.5\\33',
    '-120\\-90.5\\38',
    '0.8\\0.7',
  ])
    expect(text).toContain(part);
  // Pixels 1 0 1 0 1 1 | 0 0 0 0 0 1, the first in the lowest bit: 0b00110101, 0b1000
  expect([...bytes.slice(-2)]).toEqual([0b00110101, 0b1000]);
  expect(() =>
    writeDicomSeg(
      { ...mask, values: new Uint8Array(12) },
      { geometry, metadata: [], label: 'Lesion', model: { name: 'net', version: '2' } },
    ),
  ).toThrow('Expected a mask with a pixel');
});
