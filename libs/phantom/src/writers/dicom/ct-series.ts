import { createHash } from 'node:crypto';
import type { ThoraxPhantom } from '../../thorax-phantom.js';
import { littleEndian16, sliceNumber, sliceOf, type PhantomFile } from '../phantom-file.js';
import { storedOffset } from '../picture.js';
import { encodeHtj2k, encodeJpeg2000, encodeJpegLs, type StoredFrame } from './codecs.js';
import { concatBytes, encodeDataSet, type DataElement } from './data-set.js';
import { encodeRleFrame } from './rle.js';

/** Transfer syntaxes that phantoms are written in, all lossless; DICOM PS3.6 table A-1. */
const transferSyntaxes = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  rle: '1.2.840.10008.1.2.5',
  jpegls: '1.2.840.10008.1.2.4.80',
  j2k: '1.2.840.10008.1.2.4.90',
  htj2k: '1.2.840.10008.1.2.4.201',
} as const;

/** A name of {@link transferSyntaxes}. */
export type TransferSyntax = keyof typeof transferSyntaxes;

const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2';
const bitsStored = 12; // HU + 1024 is at most 4095

/**
 * A CT series, one file per slice, as CT Image Storage objects (DICOM PS3.3 A.3). Pixels are HU + 1024 in 12 of 16 bits, unsigned.
 *
 * Written here instead of by a library: the files must be identical to the byte on every machine, and dcmjs does not encapsulate RLE and
 * writes its own versions and times.
 */
export async function dicomSeries(
  phantom: ThoraxPhantom,
  syntax: TransferSyntax,
  folder: string,
): Promise<PhantomFile[]> {
  const files: PhantomFile[] = [];
  for (let index = 0; index < phantom.sliceCount; index++) {
    const elements = [
      ...patientAndStudy(phantom),
      ...seriesAndEquipment(phantom, syntax),
      ...imageAndPlane(phantom, syntax, index),
      await pixelData(phantom, syntax, index),
    ];
    const sopInstance = uid(phantom, syntax, `slice ${index}`);
    files.push({
      name: `${folder}/${sliceNumber(index)}.dcm`,
      bytes: concatBytes([
        fileMeta(syntax, sopInstance),
        encodeDataSet(elements, syntax !== 'implicit'),
      ]),
    });
  }
  return files;
}

/** Preamble, "DICM" and the file meta group; DICOM PS3.10 7.1. */
function fileMeta(syntax: TransferSyntax, sopInstance: string): Uint8Array {
  const group: DataElement[] = [
    { tag: 0x00020001, vr: 'OB', value: Uint8Array.of(0, 1) },
    { tag: 0x00020002, vr: 'UI', value: ctImageStorage },
    { tag: 0x00020003, vr: 'UI', value: sopInstance },
    { tag: 0x00020010, vr: 'UI', value: transferSyntaxes[syntax] },
    { tag: 0x00020012, vr: 'UI', value: hashUid('groundglass phantom writer') },
    { tag: 0x00020013, vr: 'SH', value: 'GROUNDGLASS_1' },
  ];
  const rest = encodeDataSet(group, true);
  const length = encodeDataSet([{ tag: 0x00020000, vr: 'UL', value: rest.length }], true);
  const start = new Uint8Array(132);
  start.set(new TextEncoder().encode('DICM'), 128);
  return concatBytes([start, length, rest]);
}

function patientAndStudy({ seed }: ThoraxPhantom): DataElement[] {
  return [
    { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 100' },
    { tag: 0x00100010, vr: 'PN', value: 'PHANTOM^THORAX' },
    { tag: 0x00100020, vr: 'LO', value: `PHANTOM-${seed}` },
    { tag: 0x00100030, vr: 'DA', value: '' },
    { tag: 0x00100040, vr: 'CS', value: 'O' },
    { tag: 0x00120062, vr: 'CS', value: 'YES' },
    { tag: 0x00120063, vr: 'LO', value: 'Synthetic: no patient' },
    { tag: 0x0020000d, vr: 'UI', value: hashUid(`study ${seed}`) },
    { tag: 0x00080020, vr: 'DA', value: '20200101' },
    { tag: 0x00080030, vr: 'TM', value: '120000' },
    { tag: 0x00080050, vr: 'SH', value: '' },
    { tag: 0x00080090, vr: 'PN', value: '' },
    { tag: 0x00081030, vr: 'LO', value: 'Synthetic thorax' },
    { tag: 0x00200010, vr: 'SH', value: String(seed).slice(0, 16) },
  ];
}

function seriesAndEquipment(phantom: ThoraxPhantom, syntax: TransferSyntax): DataElement[] {
  return [
    { tag: 0x00080060, vr: 'CS', value: 'CT' },
    { tag: 0x0020000e, vr: 'UI', value: uid(phantom, syntax, 'series') },
    { tag: 0x00200011, vr: 'IS', value: '1' },
    { tag: 0x0008103e, vr: 'LO', value: `Phantom, ${phantom.covid ? 'COVID-19' : 'no COVID-19'}` },
    { tag: 0x00180015, vr: 'CS', value: 'CHEST' },
    { tag: 0x00185100, vr: 'CS', value: 'HFS' },
    { tag: 0x00200052, vr: 'UI', value: hashUid(`frame of reference ${phantom.seed}`) },
    { tag: 0x00201040, vr: 'LO', value: '' },
    { tag: 0x00080070, vr: 'LO', value: 'Groundglass' },
    { tag: 0x00081090, vr: 'LO', value: 'Thorax phantom' },
  ];
}

function imageAndPlane(
  phantom: ThoraxPhantom,
  syntax: TransferSyntax,
  index: number,
): DataElement[] {
  const { columns, rows, geometry } = phantom;
  const { spacing, origin } = geometry;
  const z = origin[2] + index * spacing.slice;
  return [
    { tag: 0x00080008, vr: 'CS', value: 'DERIVED\\PRIMARY\\AXIAL' },
    { tag: 0x00080016, vr: 'UI', value: ctImageStorage },
    { tag: 0x00080018, vr: 'UI', value: uid(phantom, syntax, `slice ${index}`) },
    { tag: 0x00080023, vr: 'DA', value: '20200101' },
    { tag: 0x00080033, vr: 'TM', value: '120000' },
    { tag: 0x00180050, vr: 'DS', value: decimal(phantom.sliceThickness) },
    { tag: 0x00180060, vr: 'DS', value: '120' },
    { tag: 0x00180088, vr: 'DS', value: decimal(spacing.slice) },
    { tag: 0x00200012, vr: 'IS', value: '1' },
    { tag: 0x00200013, vr: 'IS', value: String(index + 1) },
    { tag: 0x00200032, vr: 'DS', value: [origin[0], origin[1], z].map(decimal).join('\\') },
    { tag: 0x00200037, vr: 'DS', value: '1\\0\\0\\0\\1\\0' },
    { tag: 0x00201041, vr: 'DS', value: decimal(z) },
    { tag: 0x00280002, vr: 'US', value: 1 },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: rows },
    { tag: 0x00280011, vr: 'US', value: columns },
    { tag: 0x00280030, vr: 'DS', value: `${decimal(spacing.row)}\\${decimal(spacing.column)}` },
    { tag: 0x00280100, vr: 'US', value: 16 },
    { tag: 0x00280101, vr: 'US', value: bitsStored },
    { tag: 0x00280102, vr: 'US', value: bitsStored - 1 },
    { tag: 0x00280103, vr: 'US', value: 0 },
    { tag: 0x00280301, vr: 'CS', value: 'NO' },
    { tag: 0x00281050, vr: 'DS', value: '-600\\40' },
    { tag: 0x00281051, vr: 'DS', value: '1500\\400' },
    { tag: 0x00281052, vr: 'DS', value: String(-storedOffset) },
    { tag: 0x00281053, vr: 'DS', value: '1' },
    { tag: 0x00281054, vr: 'LO', value: 'HU' },
    { tag: 0x00281055, vr: 'LO', value: 'LUNG\\MEDIASTINUM' },
  ];
}

async function pixelData(
  phantom: ThoraxPhantom,
  syntax: TransferSyntax,
  index: number,
): Promise<DataElement> {
  const pixels = Uint16Array.from(sliceOf(phantom, phantom.hu, index), (v) => v + storedOffset);
  const frame: StoredFrame = { columns: phantom.columns, rows: phantom.rows, bitsStored, pixels };
  const fragment = await encodeFrame(frame, syntax);
  return fragment
    ? { tag: 0x7fe00010, vr: 'OB', value: [fragment] }
    : { tag: 0x7fe00010, vr: 'OW', value: littleEndian16(pixels) };
}

/** The compressed frame; undefined if the syntax is native. */
async function encodeFrame(
  frame: StoredFrame,
  syntax: TransferSyntax,
): Promise<Uint8Array | undefined> {
  switch (syntax) {
    case 'implicit':
    case 'explicit':
      return undefined;
    case 'rle':
      return encodeRleFrame(frame.pixels, frame.columns);
    case 'jpegls':
      return encodeJpegLs(frame);
    case 'j2k':
      return encodeJpeg2000(frame);
    case 'htj2k':
      return encodeHtj2k(frame);
  }
}

/** A decimal string of 16 characters at most (PS3.5 6.2, DS). */
function decimal(value: number): string {
  const text = String(Math.round(value * 1e6) / 1e6);
  return text.length <= 16 ? text : value.toPrecision(10);
}

function uid(phantom: ThoraxPhantom, syntax: TransferSyntax, part: string): string {
  const { seed, covid, columns, sliceCount } = phantom;
  return hashUid([seed, covid, columns, sliceCount, syntax, part].join(' '));
}

/** A UID of the root 2.25 (PS3.5 B.2), made from a hash so that the same phantom has the same UIDs. */
function hashUid(text: string): string {
  const hex = createHash('sha256').update(`groundglass ${text}`).digest('hex').slice(0, 32);
  return `2.25.${BigInt(`0x${hex}`)}`;
}
