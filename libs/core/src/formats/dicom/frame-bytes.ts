import type { DataSet } from 'dicom-parser';
import type { ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import { nativeFrameBytes, type PixelFormat } from './pixel-format.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { startsCodeStream } from './codecs/code-stream.js';
import { frameCoding } from './decode-frame.js';
import type { DicomHeader } from './read-header.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** The frames of a file, read by ranges. */
export interface FrameSource {
  /** The bytes of one frame: plain samples, or the code stream of an encapsulated frame. */
  readonly read: (frame: number) => Promise<Uint8Array>;
  /** Whether the frames are plain samples, not encapsulated. */
  readonly isPlain: boolean;
  /** Whether the code stream, or else the transfer syntax, loses information. */
  readonly lossy: boolean;
  readonly warnings: readonly Warning[];
}

interface Fragment {
  /** Offset of the fragment's bytes in the source. */
  readonly offset: number;
  readonly length: number;
  /** Offset of its item tag from the first item after the basic offset table, as in offset tables. */
  readonly position: number;
}

/** More fragments than any image has; a damaged file could claim one for each eight bytes. */
const mostFragments = 1_000_000;

/** Bytes of a code stream searched for its frame header when a file is opened. */
const streamHead = 4096;

/**
 * Opens the frames of a file (DICOM PS3.5 section 8.2 native, A.4 encapsulated). The pixel data itself shows whether they are
 * encapsulated; if that, or the kind of the first code stream, contradicts the transfer syntax, the warning `STREAM_MISMATCH`
 * names both. The table of fragments is built when the first encapsulated frame is read.
 *
 * @throws {CtError} `CT_NO_PIXELS` when there is no pixel data, `CT_TRUNCATED` when native frames are missing.
 */
export async function openFrames(header: DicomHeader, format: PixelFormat): Promise<FrameSource> {
  const { dataSet, syntax, source, pixelData } = header;
  if (!pixelData) {
    throw new CtError('CT_NO_PIXELS', 'Expected an image, the DICOM file holds no pixel data');
  }
  const declaredPlain = syntax.codec === 'native';
  if (pixelData.undefinedLength) {
    const head = await firstFragment(source, pixelData.offset).catch(() => undefined);
    const { warnings, lossy } = compare(head, syntax);
    let table: Promise<readonly (readonly Fragment[])[]> | undefined;
    const read = async (frame: number) => {
      table ??= fragmentTable(source, pixelData.offset, format.frames, dataSet);
      const fragments = (await table)[frame] ?? [];
      const parts = await Promise.all(
        fragments.map(({ offset, length }) => source.read(offset, length)),
      );
      return parts.length === 1 ? parts[0]! : concat(parts);
    };
    return { read, isPlain: false, lossy, warnings };
  }
  const length = nativeFrameBytes(format);
  const available = Math.min(pixelData.length, source.size - pixelData.offset);
  if (length * format.frames > available) {
    // A code stream outside any item: a frame of its own.
    const head = await source.read(pixelData.offset, Math.min(available, streamHead));
    if (format.frames === 1 && startsCodeStream(head)) {
      return {
        read: () => source.read(pixelData.offset, available),
        isPlain: false,
        ...compare(head, syntax),
      };
    }
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${length * format.frames} bytes of pixels for ${format.columns}×${format.rows}×${format.frames}, got ${available}`,
    );
  }
  return {
    read: (frame) => source.read(pixelData.offset + frame * length, length),
    isPlain: true,
    lossy: false,
    warnings: declaredPlain ? [] : [mismatch(syntax, 'plain samples')],
  };
}

/** Whether the first code stream is lossy, with a warning if it contradicts the transfer syntax. */
function compare(
  head: Uint8Array | undefined,
  syntax: TransferSyntax,
): Pick<FrameSource, 'lossy' | 'warnings'> {
  if (!head) return { lossy: syntax.lossy, warnings: [] };
  try {
    const { codec, name } = frameCoding(head, syntax);
    return {
      lossy: codec === 'jpeg-dct' || (syntax.lossy && codec !== 'jpeg-lossless'),
      warnings: codec === syntax.codec ? [] : [mismatch(syntax, name)],
    };
  } catch {
    // Decoding reports what is wrong with the stream.
    return { lossy: syntax.lossy, warnings: [] };
  }
}

function mismatch(syntax: TransferSyntax, found: string): Warning {
  return {
    code: 'STREAM_MISMATCH',
    detail: `transfer syntax ${syntax.name}, the pixels are ${found}`,
  };
}

/** The first bytes of the first fragment after the basic offset table. */
async function firstFragment(source: ByteSource, start: number): Promise<Uint8Array> {
  const lengthAt = async (offset: number) => {
    const item = await source.read(offset, 8);
    return new DataView(item.buffer, item.byteOffset, 8).getUint32(4, true);
  };
  const first = start + 8 + (await lengthAt(start));
  const length = await lengthAt(first);
  return source.read(first + 8, Math.min(length, streamHead, source.size - first - 8));
}

/** The fragments of each frame. */
async function fragmentTable(
  source: ByteSource,
  start: number,
  frames: number,
  dataSet: DataSet,
): Promise<Fragment[][]> {
  const { offsets, fragments } = await readItems(source, start);
  if (fragments.length === 0) {
    throw new CtError('CT_TRUNCATED', `Expected the fragments of ${frames} frames, there are none`);
  }
  if (frames === 1) return [fragments];
  const starts = extendedOffsets(dataSet) ?? (offsets.length > 0 ? offsets : undefined);
  if (starts) {
    if (starts.length < frames) {
      throw new CtError(
        'CT_CORRUPT',
        `Expected the offsets of ${frames} frames, the table has ${starts.length}`,
      );
    }
    return Array.from({ length: frames }, (_, frame) => {
      const from = starts[frame]!;
      const to = starts[frame + 1] ?? Infinity;
      const own = fragments.filter(({ position }) => position >= from && position < to);
      if (own.length === 0) {
        throw new CtError(
          'CT_CORRUPT',
          `Expected a fragment at offset ${from} for frame ${frame}, there is none`,
        );
      }
      return own;
    });
  }
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  return splitByStreamStart(source, fragments, frames);
}

/** Without a table, a frame starts wherever a code stream does: SOI of JPEG and JPEG-LS, SOC of JPEG 2000. */
async function splitByStreamStart(
  source: ByteSource,
  fragments: readonly Fragment[],
  frames: number,
): Promise<Fragment[][]> {
  const result: Fragment[][] = [];
  for (const fragment of fragments) {
    const [first, second] = await source.read(fragment.offset, Math.min(2, fragment.length));
    const starts = first === 0xff && (second === 0xd8 || second === 0x4f);
    if (starts || result.length === 0) result.push([fragment]);
    else result.at(-1)!.push(fragment);
  }
  if (result.length !== frames) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected ${frames} frames, the ${fragments.length} fragments hold ${result.length}`,
    );
  }
  return result;
}

async function readItems(
  source: ByteSource,
  start: number,
): Promise<{ offsets: number[]; fragments: Fragment[] }> {
  const fragments: Fragment[] = [];
  let offsets: number[] | undefined;
  let firstItem = start;
  for (let at = start; at + 8 <= source.size && fragments.length < mostFragments;) {
    const head = await source.read(at, 8);
    const view = new DataView(head.buffer, head.byteOffset, 8);
    const [group, element, length] = [
      view.getUint16(0, true),
      view.getUint16(2, true),
      view.getUint32(4, true),
    ];
    if (group === 0xfffe && element === 0xe0dd) break;
    if (group !== 0xfffe || element !== 0xe000) {
      throw new CtError(
        'CT_CORRUPT',
        'Expected an item in the encapsulated pixel data, got another tag',
      );
    }
    if (at + 8 + length > source.size) {
      throw new CtError(
        'CT_TRUNCATED',
        `Expected a fragment of ${length} bytes, the file ends before`,
      );
    }
    if (offsets === undefined) {
      // The first item is the basic offset table, empty or not.
      const table = await source.read(at + 8, length);
      const entries = new DataView(table.buffer, table.byteOffset, table.byteLength);
      offsets = Array.from({ length: Math.floor(length / 4) }, (_, i) =>
        entries.getUint32(i * 4, true),
      );
      firstItem = at + 8 + length;
    } else {
      fragments.push({ offset: at + 8, length, position: at - firstItem });
    }
    at += 8 + length;
  }
  return { offsets: offsets ?? [], fragments };
}

/** Extended Offset Table (7FE0,0001): 64-bit offsets. */
function extendedOffsets(dataSet: DataSet): number[] | undefined {
  const element = dataSet.elements.x7fe00001;
  if (!element || element.length < 8) return undefined;
  const { byteArray } = dataSet;
  const view = new DataView(
    byteArray.buffer,
    byteArray.byteOffset + element.dataOffset,
    element.length,
  );
  return Array.from({ length: Math.floor(element.length / 8) }, (_, i) =>
    Number(view.getBigUint64(i * 8, true)),
  );
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
