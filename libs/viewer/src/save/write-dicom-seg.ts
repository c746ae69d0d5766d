import type { Geometry, MetadataEntry } from '@groundglass/core/browser';
import { concatenate, encodeDataSet, type Element } from './encode-data-set.js';
import type { MaskVolume } from './mask-volume.js';

/** The source and the creator of a segmentation. */
export interface SegmentationFacts {
  readonly geometry: Geometry;
  /** Header of the segmented image: gives patient, study and frame of reference if it has them. */
  readonly metadata: readonly MetadataEntry[];
  readonly label: string;
  readonly model: { readonly name: string; readonly version: string };
  /** Default: now. */
  readonly time?: Date;
}

const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';
const explicitLittleEndian = '1.2.840.10008.1.2.1';

/**
 * A DICOM Segmentation of one binary segment (PS3.3 A.51), a frame for each slice that has any of it.
 *
 * Frames are positioned like the volume's slices, as the viewer shows them, in the patient's coordinate system, so that every
 * program places them right. The source's instances are not referenced, since slices are known only by position.
 *
 * @throws {RangeError} when the mask is empty: a segmentation has at least one frame.
 */
export function writeDicomSeg(
  mask: MaskVolume,
  { geometry, metadata, label, model, time = new Date() }: SegmentationFacts,
): Uint8Array {
  const { columns, rows, sliceCount, values } = mask;
  const size = columns * rows;
  const slices = Array.from({ length: sliceCount }, (_, at) => at).filter((slice) =>
    values.subarray(slice * size, (slice + 1) * size).includes(1),
  );
  if (slices.length === 0) throw new RangeError('Expected a mask with a pixel, it is empty');
  const { spacing, origin, rowDirection, columnDirection, sliceDirection } = geometry;
  const kept = (tag: string) =>
    metadata.find(({ key }) => key.toLowerCase() === tag)?.value.trim() ?? '';
  const uid = () => uidOf(crypto.getRandomValues(new Uint8Array(16)));
  const digits = time.toISOString().replace(/\D/g, '');
  const [date, clock] = [digits.slice(0, 8), digits.slice(8, 14)];
  const instance = uid();
  const dimensions = uid();
  const code = (value: string, meaning: string): Element[] => [
    [0x00080100, 'SH', value],
    [0x00080102, 'SH', 'SCT'],
    [0x00080104, 'LO', meaning],
  ];
  const index = (pointer: Element[]): Element[] => [[0x00209164, 'UI', dimensions], ...pointer];
  const elements: Element[] = [
    [0x00080008, 'CS', 'DERIVED\\PRIMARY'],
    [0x00080016, 'UI', segmentationStorage],
    [0x00080018, 'UI', instance],
    [0x00080020, 'DA', kept('(0008,0020)')],
    [0x00080023, 'DA', date],
    [0x00080030, 'TM', kept('(0008,0030)')],
    [0x00080033, 'TM', clock],
    [0x00080050, 'SH', kept('(0008,0050)')],
    [0x00080060, 'CS', 'SEG'],
    [0x00080070, 'LO', 'Groundglass'],
    [0x00080090, 'PN', ''],
    [0x0008103e, 'LO', 'Lesion mask, research use'],
    [0x00081090, 'LO', model.name],
    [0x00100010, 'PN', kept('(0010,0010)')],
    [0x00100020, 'LO', kept('(0010,0020)')],
    [0x00100030, 'DA', ''],
    [0x00100040, 'CS', kept('(0010,0040)')],
    [0x00181000, 'LO', '0'],
    [0x00181020, 'LO', model.version],
    [0x0020000d, 'UI', kept('(0020,000d)') || uid()],
    [0x0020000e, 'UI', uid()],
    [0x00200010, 'SH', kept('(0020,0010)')],
    [0x00200011, 'IS', '1'],
    [0x00200013, 'IS', '1'],
    [0x00200052, 'UI', kept('(0020,0052)') || uid()],
    [0x00201040, 'LO', ''],
    [0x00209221, 'SQ', [[[0x00209164, 'UI', dimensions]]]],
    [
      0x00209222,
      'SQ',
      [index(pointerTo(0x0062000b, 0x0062000a)), index(pointerTo(0x00200032, 0x00209113))],
    ],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(slices.length)],
    [0x00280010, 'US', rows],
    [0x00280011, 'US', columns],
    [0x00280100, 'US', 1],
    [0x00280101, 'US', 1],
    [0x00280102, 'US', 0],
    [0x00280103, 'US', 0],
    [0x00282110, 'CS', '00'],
    [0x00620001, 'CS', 'BINARY'],
    [
      0x00620002,
      'SQ',
      [
        [
          [0x00620003, 'SQ', [code('49755003', 'Morphologically Abnormal Structure')]],
          [0x00620004, 'US', 1],
          [0x00620005, 'LO', label],
          [0x00620008, 'CS', 'AUTOMATIC'],
          [0x00620009, 'LO', `${model.name} ${model.version}`.slice(0, 64)],
          [0x0062000f, 'SQ', [code('52988006', 'Lesion')]],
        ],
      ],
    ],
    [0x00700080, 'CS', 'LESION'],
    [0x00700081, 'LO', 'Lesion mask of a model, research use'],
    [0x00700084, 'PN', ''],
    [
      0x52009229,
      'SQ',
      [
        [
          [
            0x00209116,
            'SQ',
            [[[0x00200037, 'DS', [...rowDirection, ...columnDirection].map(decimal).join('\\')]]],
          ],
          [
            0x00289110,
            'SQ',
            [
              [
                [0x00180050, 'DS', decimal(spacing.slice)],
                [0x00180088, 'DS', decimal(spacing.slice)],
                [0x00280030, 'DS', `${decimal(spacing.row)}\\${decimal(spacing.column)}`],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      0x52009230,
      'SQ',
      slices.map((slice, at): Element[] => [
        [0x00209111, 'SQ', [[[0x00209157, 'UL', [1, at + 1]]]]],
        [
          0x00209113,
          'SQ',
          [
            [
              [
                0x00200032,
                'DS',
                ([0, 1, 2] as const)
                  .map((axis) => origin[axis] + sliceDirection[axis] * spacing.slice * slice)
                  .map(decimal)
                  .join('\\'),
              ],
            ],
          ],
        ],
        [0x0062000a, 'SQ', [[[0x0062000b, 'US', 1]]]],
      ]),
    ],
    [
      0x7fe00010,
      'OB',
      packBits(slices.map((slice) => values.subarray(slice * size, (slice + 1) * size))),
    ],
  ];
  const meta = encodeDataSet([
    [0x00020001, 'OB', Uint8Array.of(0, 1)],
    [0x00020002, 'UI', segmentationStorage],
    [0x00020003, 'UI', instance],
    [0x00020010, 'UI', explicitLittleEndian],
    [0x00020012, 'UI', uidOf(new TextEncoder().encode('groundglass-0001'))],
  ]);
  const preamble = new Uint8Array(132);
  preamble.set(new TextEncoder().encode('DICM'), 128);
  const length = encodeDataSet([[0x00020000, 'UL', meta.length]]);
  return concatenate([preamble, length, meta, encodeDataSet(elements)]);
}

/** Dimension Index Pointer and Functional Group Pointer. */
function pointerTo(attribute: number, group: number): Element[] {
  const words = (tag: number) => [tag >>> 16, tag & 0xffff];
  return [
    [0x00209165, 'AT', words(attribute)],
    [0x00209167, 'AT', words(group)],
  ];
}

/** Frames of one bit per pixel, one after the other without gaps, the first pixel in the lowest bit (PS3.5 8.2). */
function packBits(frames: readonly Uint8Array[]): Uint8Array {
  const count = frames.reduce((sum, frame) => sum + frame.length, 0);
  const bytes = new Uint8Array(Math.ceil(count / 8));
  let at = 0;
  for (const frame of frames) {
    for (const value of frame) {
      if (value > 0) bytes[at >> 3] = bytes[at >> 3]! | (1 << (at & 7));
      at++;
    }
  }
  return bytes;
}

/** A number of at most 16 characters, as Decimal String requires. */
function decimal(value: number): string {
  const text = String(value);
  return text.length <= 16 ? text : value.toPrecision(9);
}

/** A UID from 128 bits, which needs no registered root (PS3.5 B.2). */
function uidOf(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `2.25.${BigInt(`0x${hex}`)}`;
}
