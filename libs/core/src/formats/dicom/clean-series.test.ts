import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDicomSeries } from '../../index.js';
import { bytesSource } from '../byte-source.js';

const base = await readFile(join(import.meta.dirname, 'fixtures/explicit.dcm'));

interface Slice {
  z?: number;
  /** Position as the file writes it, instead of one from `z`. */
  position?: string;
  orientation?: string;
  spacing?: string;
  instance?: number;
  uid?: string;
  series?: string;
  /** Elements in short explicit form: tag, representation, value. */
  more?: [group: number, element: number, vr: string, value: string][];
  drop?: number;
}

/** The fixture with elements replaced or added, in tag order. */
function dicom(slice: Slice): Uint8Array {
  const { z = 0, instance = 1, uid = `2.25.${Math.random().toString().slice(2)}` } = slice;
  const text = (group: number, element: number, vr: string, value: string): Element => ({
    tag: group * 65536 + element,
    bytes: shortElement(group, element, vr, value),
  });
  const replaced: Element[] = [
    text(0x0008, 0x0018, 'UI', uid),
    text(0x0020, 0x000e, 'UI', slice.series ?? '2.25.2'),
    text(0x0020, 0x0013, 'IS', String(instance)),
    text(0x0020, 0x0032, 'DS', slice.position ?? `-5\\-6\\${z}`),
    text(0x0020, 0x0037, 'DS', slice.orientation ?? '1\\0\\0\\0\\1\\0'),
    text(0x0028, 0x0030, 'DS', slice.spacing ?? '0.8\\0.7'),
    ...(slice.more ?? []).map((each) => text(...each)),
  ];
  const tags = new Set(replaced.map(({ tag }) => tag));
  const kept = elementsOf(base).filter(({ tag }) => !tags.has(tag));
  const all = [...kept, ...replaced].sort((a, b) => a.tag - b.tag);
  const file = Buffer.concat([base.subarray(0, 132), ...all.map(({ bytes }) => bytes)]);
  return slice.drop === undefined ? file : file.subarray(0, file.length - slice.drop);
}

interface Element {
  readonly tag: number;
  readonly bytes: Buffer;
}

function shortElement(group: number, element: number, vr: string, value: string): Buffer {
  const padded = value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' ');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, Buffer.from(padded, 'latin1')]);
}

/** The elements of an explicit little-endian file without sequences. */
function elementsOf(file: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 132; at + 8 <= file.length;) {
    const long = ['OB', 'OW', 'UN', 'SQ', 'UT'].includes(file.toString('latin1', at + 4, at + 6));
    const length = long ? file.readUInt32LE(at + 8) : file.readUInt16LE(at + 6);
    const end = at + (long ? 12 : 8) + length;
    const tag = file.readUInt16LE(at) * 65536 + file.readUInt16LE(at + 2);
    found.push({ tag, bytes: file.subarray(at, end) });
    at = end;
  }
  return found;
}

async function open(slices: Record<string, Slice | Uint8Array>) {
  const { volumes, problems } = await openDicomSeries(
    Object.entries(slices).map(([name, slice]) => ({
      name,
      source: bytesSource(slice instanceof Uint8Array ? slice : dicom(slice)),
    })),
  );
  return {
    problems,
    volumes: volumes.map(({ volume, files }) => ({
      files,
      spacing: volume.geometry?.spacing.slice,
      view: volume.view,
      sliceFiles: volume.sliceFiles,
      warnings: volume.warnings,
      codes: volume.warnings.map(({ code }) => code),
    })),
  };
}

describe('a series', () => {
  test('counts one SOP Instance UID once, and names the copy', async () => {
    const { volumes } = await open({
      a: { z: 0, instance: 1, uid: '2.25.100' },
      b: { z: 2, instance: 2, uid: '2.25.101' },
      c: { z: 4, instance: 3, uid: '2.25.102' },
      copy: { z: 2, instance: 2, uid: '2.25.101' },
    });
    expect(volumes).toHaveLength(1);
    expect(volumes[0]).toMatchObject({ files: ['a', 'b', 'c'], spacing: 2 });
    expect(volumes[0]!.warnings).toEqual([
      { code: 'DUPLICATE_FILE', file: 'copy', detail: 'the same image as b' },
    ]);
  });

  test('keeps slices to which an anonymiser gave one UID', async () => {
    const { volumes } = await open({
      a: { z: 0, instance: 1, uid: '2.25.100' },
      b: { z: 2, instance: 2, uid: '2.25.100' },
    });
    expect(volumes[0]!.files).toEqual(['a', 'b']);
  });

  test.each([
    ['Acquisition Number', [0x0020, 0x0012, 'IS']],
    ['Temporal Position', [0x0020, 0x0100, 'IS']],
    ['Trigger Time', [0x0018, 0x1060, 'DS']],
    ['Echo', [0x0018, 0x0086, 'IS']],
  ] as const)('of two phases by %s becomes two volumes', async (name, [group, element, vr]) => {
    const phase = (n: number, shift: number) =>
      [0, 2, 4].map((z, i) => [
        `${n}${i}`,
        // Interleaved instance numbers: their order alone would not separate the phases.
        { z: z + shift, instance: 2 * i + n, more: [[group, element, vr, String(n * 10)]] },
      ]);
    for (const shift of [0, 1]) {
      const { volumes } = await open(
        Object.fromEntries([...phase(1, 0), ...phase(2, shift)]) as Record<string, Slice>,
      );
      expect(volumes.map(({ files, spacing }) => [files.join(), spacing])).toEqual([
        ['10,11,12', 2],
        ['20,21,22', 2],
      ]);
      expect(volumes[0]!.warnings).toContainEqual({
        code: 'PHASES_SPLIT',
        detail: `phase 1 of 2, by ${name}`,
      });
    }
  });

  test('of two phases that no attribute tells apart is split by instance order', async () => {
    const slices = [0, 2, 4, 0, 2, 4].map((z, i) => [`s${i}`, { z, instance: i + 1 }] as const);
    const { volumes } = await open(Object.fromEntries(slices));
    expect(volumes.map(({ files, spacing }) => [files.join(), spacing])).toEqual([
      ['s0,s1,s2', 2],
      ['s3,s4,s5', 2],
    ]);
  });

  test('whose acquisitions follow one another along the patient stays one volume', async () => {
    const slab = (n: number, z: number): Slice => ({
      z,
      instance: z,
      more: [[0x0020, 0x0012, 'IS', String(n)]],
    });
    const { volumes } = await open({ a: slab(1, 0), b: slab(1, 2), c: slab(2, 4), d: slab(2, 6) });
    expect(volumes).toHaveLength(1);
    expect(volumes[0]).toMatchObject({ spacing: 2, codes: [] });
    const single = await open({ a: slab(1, 0), b: slab(2, 2), c: slab(3, 4) });
    expect(single.volumes).toHaveLength(1);
  });

  test('is not split by rounded orientations, but is by another view', async () => {
    const { volumes } = await open({
      a: { z: 0, orientation: '0.9921567\\0.124999\\0\\-0.124999\\0.9921567\\0' },
      b: { z: 2, orientation: '0.9921567\\0.125001\\0\\-0.125001\\0.9921567\\0' },
      coronal: { z: 4, orientation: '1\\0\\0\\0\\0\\-1' },
      sagittal: { z: 4, orientation: '0\\1\\0\\0\\0\\-1' },
    });
    expect(volumes.map(({ files, view }) => [files.join(), view])).toEqual([
      ['a,b', 'axial'],
      ['coronal', 'coronal'],
      ['sagittal', 'sagittal'],
    ]);
    expect(volumes[1]!.warnings).toContainEqual({ code: 'NOT_AXIAL', detail: 'coronal' });
    expect(volumes[0]!.codes).not.toContain('NOT_AXIAL');
  });

  test('with two pixel sizes is split, and says so', async () => {
    const { volumes } = await open({
      a: { z: 0, spacing: '1\\1' },
      b: { z: 2, spacing: '1.0001\\1' },
      c: { z: 4, spacing: '0.5\\0.5' },
    });
    expect(volumes.map(({ files }) => files.join())).toEqual(['a,b', 'c']);
    for (const { codes } of volumes) expect(codes).toContain('MIXED_SPACING');
  });

  test('puts localizers and dose reports in volumes of their own, after the slices', async () => {
    const type = (value: string): NonNullable<Slice['more']> => [[0x0008, 0x0008, 'CS', value]];
    const { volumes } = await open({
      scout1: { z: 0, more: type('ORIGINAL\\PRIMARY\\LOCALIZER') },
      scout2: { z: 2, instance: 2, more: type('ORIGINAL\\PRIMARY\\LOCALIZER') },
      dose: { z: 0, more: type('DERIVED\\SECONDARY\\SCREEN SAVE') },
      slice: { z: 0, more: type('ORIGINAL\\PRIMARY\\AXIAL') },
    });
    expect(volumes.map(({ files }) => files.join())).toEqual(['slice', 'scout1,scout2', 'dose']);
    expect(volumes[1]!.codes).toContain('LOCALIZER');
    expect(volumes[2]!.codes).toContain('SECONDARY_CAPTURE');
  });

  test('names an unreadable file in the series that it belongs to', async () => {
    const { volumes, problems } = await open({
      a: { z: 0 },
      b: { z: 2, instance: 2 },
      'cut.dcm': { z: 4, instance: 3, drop: 100 },
      other: { z: 0, series: '2.25.9' },
      'junk.dcm': Buffer.from('these are no DICOM bytes, whatever the name says'),
      'notes.txt': Buffer.from('words about the scan'),
    });
    expect(problems.map(({ name }) => name).sort()).toEqual(['cut.dcm', 'junk.dcm', 'notes.txt']);
    const named = volumes.map(({ warnings }) =>
      warnings.filter(({ code }) => code === 'FILE_UNREADABLE').map(({ file }) => file),
    );
    expect(named).toEqual([['cut.dcm', 'junk.dcm'], ['junk.dcm']]);
    expect(volumes[0]!.sliceFiles).toEqual(['a', 'b']);
  });

  test('measures its gap without repeated positions', async () => {
    // Within one acquisition instance order does not explain the repeat: positions 0, 0, 2, 4, 6; the median of 2, 2, 2 is 2.
    const { volumes } = await open({
      a: { z: 0, instance: 1 },
      b: { z: 2, instance: 2 },
      c: { z: 4, instance: 3 },
      d: { z: 6, instance: 4 },
      again: { z: 0, instance: 5 },
    });
    expect(volumes[0]).toMatchObject({ spacing: 2 });
  });
});
