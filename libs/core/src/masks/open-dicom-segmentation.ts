import type { DataSet } from 'dicom-parser';
import type { CtVolume, Vector3 } from '../contracts/volume.js';
import { CtError } from '../errors.js';
import type { ByteSource } from '../formats/byte-source.js';
import { firstNumber, firstText, numberValues } from '../formats/dicom/attribute-values.js';
import { readDicomHeader } from '../formats/dicom/read-header.js';
import { defaultLimits, type Limits } from '../formats/limits.js';

/** A DICOM Segmentation: masks of one or more segments, positioned by their frames. */
export interface DicomSegmentation {
  /** Names of the segments by their number. */
  readonly segments: Readonly<Record<number, string>>;
  /**
   * The segments on one slice of a volume: the number of a segment, 0 outside; the highest number if segments overlap. Undefined
   * if no frame is on the slice.
   *
   * @returns `rows * columns` values of the volume's slice.
   */
  on(
    volume: Pick<CtVolume, 'columns' | 'rows' | 'sliceCount' | 'geometry'>,
    index: number,
  ): Promise<Uint8Array | undefined>;
}

/** Segmentation Storage (PS3.3 A.51). */
const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';
/** Label Map Segmentation Storage: a pixel's value is the number of its segment (PS3.3 A.51). */
const labelMapStorage = '1.2.840.10008.5.1.4.1.1.66.7';

interface Frame {
  readonly at: number;
  readonly segment: number;
  readonly position: Vector3 | undefined;
  readonly row: Vector3 | undefined;
  readonly column: Vector3 | undefined;
  /** Millimetres between columns and rows. */
  readonly spacing: readonly [column: number, row: number] | undefined;
}

/**
 * Opens a DICOM Segmentation: binary, fractional (a pixel counts from half of the maximum on) or a label map.
 *
 * @returns undefined for a DICOM file that is not a segmentation.
 * @throws {CtError} `CT_UNSUPPORTED` for compressed frames, `CT_CORRUPT`, `CT_TRUNCATED`, `CT_TOO_LARGE`.
 */
export async function openDicomSegmentation(
  source: ByteSource,
  limits: Limits = defaultLimits,
): Promise<DicomSegmentation | undefined> {
  const header = await readDicomHeader(source, limits);
  const { dataSet, pixelData, syntax } = header;
  const storage = dataSet.string('x00080016')?.trim();
  const isLabelMap = storage === labelMapStorage;
  if (storage !== segmentationStorage && !isLabelMap) return undefined;
  if (!pixelData || pixelData.undefinedLength || syntax.codec !== 'native') {
    throw new CtError('CT_UNSUPPORTED', 'Expected a segmentation whose frames are not compressed');
  }
  const [rows, columns] = [dataSet.uint16('x00280010') ?? 0, dataSet.uint16('x00280011') ?? 0];
  const bits = dataSet.uint16('x00280100');
  const count = firstNumber(dataSet, 'x00280008') ?? 1;
  const allowed = isLabelMap ? [8, 16] : [1, 8];
  if (rows === 0 || columns === 0 || bits === undefined || !allowed.includes(bits) || count < 1) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a segmentation of ${allowed.join(' or ')} bits, got ${columns}×${rows} of ${bits ?? 'no'} bits`,
    );
  }
  const size = rows * columns;
  if (size * count > limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.volumePixels} pixels, the header says ${columns}×${rows}×${count}`,
    );
  }
  const available = Math.min(pixelData.length, header.source.size - pixelData.offset);
  if (Math.ceil((size * count * bits) / 8) > available) {
    throw new CtError('CT_TRUNCATED', `Expected ${count} frames, the pixel data ends before`);
  }
  const frames = readFrames(dataSet, count);
  const least = bits === 1 ? 1 : Math.ceil((dataSet.uint16('x0062000e') ?? 255) / 2);

  /** The pixels of a frame: the number of their segment, at most 255, or 0 outside of it. */
  async function classesOf({ at: frame, segment }: Frame): Promise<Uint8Array> {
    const [first, last] = [frame * size * bits!, (frame + 1) * size * bits!];
    const number = Math.min(255, segment);
    const start = Math.floor(first / 8);
    const bytes = await header.source.read(pixelData!.offset + start, Math.ceil(last / 8) - start);
    if (isLabelMap) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return Uint8Array.from({ length: size }, (_, at) =>
        Math.min(255, bits === 8 ? bytes[at]! : view.getUint16(2 * at, !syntax.bigEndian)),
      );
    }
    // Frames of one bit follow each other without gaps, the first pixel in the lowest bit (PS3.5 8.2).
    return bits === 1
      ? Uint8Array.from({ length: size }, (_, at) => {
          const bit = first - 8 * start + at;
          return number * ((bytes[bit >> 3]! >> (bit & 7)) & 1);
        })
      : Uint8Array.from(bytes, (value) => (value >= least ? number : 0));
  }

  return {
    segments: readSegments(dataSet),
    async on(volume, index) {
      const found = framesOn(frames, volume, index);
      if (found.length === 0) return undefined;
      const classes = new Uint8Array(volume.rows * volume.columns);
      for (const frame of found.sort((a, b) => a.segment - b.segment)) {
        const pixels = await classesOf(frame);
        const at = placement(frame, volume, index);
        for (let row = 0; row < volume.rows; row++) {
          for (let column = 0; column < volume.columns; column++) {
            const x = Math.round(at.x + at.xAcross * column + at.xDown * row);
            const y = Math.round(at.y + at.yAcross * column + at.yDown * row);
            if (x < 0 || y < 0 || x >= columns || y >= rows || pixels[y * columns + x] === 0)
              continue;
            classes[row * volume.columns + column] = pixels[y * columns + x]!;
          }
        }
      }
      return classes;
    },
  };
}

function readSegments(dataSet: DataSet): Record<number, string> {
  const segments: Record<number, string> = {};
  for (const { dataSet: item } of dataSet.elements.x00620002?.items ?? []) {
    const number = item?.uint16('x00620004');
    // A label map may describe its background.
    if (item && number !== undefined && number > 0) {
      segments[number] = firstText(item, 'x00620005') ?? `Segment ${number}`;
    }
  }
  return segments;
}

/** The first item of a sequence. */
function itemOf(dataSet: DataSet | undefined, tag: string): DataSet | undefined {
  return dataSet?.elements[tag]?.items?.[0]?.dataSet;
}

function readFrames(dataSet: DataSet, count: number): Frame[] {
  const shared = itemOf(dataSet, 'x52009229');
  const own = dataSet.elements.x52009230?.items ?? [];
  const vector = (item: DataSet | undefined, tag: string, from = 0): Vector3 | undefined => {
    const values = item ? numberValues(item, tag).slice(from, from + 3) : [];
    const [x, y, z] = values;
    if (x === undefined || y === undefined || z === undefined) return undefined;
    return values.every((value) => Number.isFinite(value)) ? [x, y, z] : undefined;
  };
  return Array.from({ length: count }, (_, at) => {
    const frame = own[at]?.dataSet;
    const group = (tag: string) => itemOf(frame, tag) ?? itemOf(shared, tag);
    const orientation = group('x00209116');
    const [row, column] = group('x00289110')
      ? numberValues(group('x00289110')!, 'x00280030')
      : ([] as number[]);
    return {
      at,
      segment: group('x0062000a')?.uint16('x0062000b') ?? 1,
      position: vector(group('x00209113'), 'x00200032'),
      row: vector(orientation, 'x00200037'),
      column: vector(orientation, 'x00200037', 3),
      spacing:
        row !== undefined && column !== undefined && row > 0 && column > 0
          ? ([column, row] as const)
          : undefined,
    };
  });
}

type Target = Pick<CtVolume, 'columns' | 'rows' | 'sliceCount' | 'geometry'>;

/** The frames of each segment on a slice: the nearest one within half of the distance between slices. */
function framesOn(frames: readonly Frame[], volume: Target, index: number): Frame[] {
  const { geometry } = volume;
  if (!geometry || frames.some(({ position }) => position === undefined)) {
    // Without positions, frames and slices are matched by order, if their numbers are equal.
    const ofSegment = new Map<number, Frame[]>();
    for (const frame of frames) {
      ofSegment.set(frame.segment, [...(ofSegment.get(frame.segment) ?? []), frame]);
    }
    const each = [...ofSegment.values()];
    if (each.some(({ length }) => length !== volume.sliceCount)) return [];
    return each.map((own) => own[index]!);
  }
  const { origin, sliceDirection, spacing } = geometry;
  const nearest = new Map<number, { frame: Frame; distance: number }>();
  for (const frame of frames) {
    const along = dot(minus(frame.position!, origin), sliceDirection);
    const distance = Math.abs(along - spacing.slice * index);
    const best = nearest.get(frame.segment);
    if (distance > spacing.slice / 2 || (best && best.distance <= distance)) continue;
    // A frame that intersects the slice shows another plane.
    if (frame.row && frame.column) {
      const tilt = Math.abs(dot(cross(frame.row, frame.column), sliceDirection));
      if (tilt < 0.99) continue;
    }
    nearest.set(frame.segment, { frame, distance });
  }
  return [...nearest.values()].map(({ frame }) => frame);
}

/** Maps slice pixels to a frame: affine in column and row. */
function placement(frame: Frame, { geometry }: Target, index: number) {
  const { position, row, column, spacing } = frame;
  if (!geometry || !position || !row || !column || !spacing)
    return { x: 0, xAcross: 1, xDown: 0, y: 0, yAcross: 0, yDown: 1 };
  const { origin, rowDirection, columnDirection, sliceDirection } = geometry;
  const start = minus(
    ([0, 1, 2] as const).map(
      (axis) => origin[axis] + sliceDirection[axis] * geometry.spacing.slice * index,
    ) as unknown as Vector3,
    position,
  );
  const on = (axis: Vector3, step: number) => ({
    at: dot(start, axis) / step,
    across: (dot(rowDirection, axis) * geometry.spacing.column) / step,
    down: (dot(columnDirection, axis) * geometry.spacing.row) / step,
  });
  const [x, y] = [on(row, spacing[0]), on(column, spacing[1])];
  return {
    ...{ x: x.at, xAcross: x.across, xDown: x.down },
    ...{ y: y.at, yAcross: y.across, yDown: y.down },
  };
}

function minus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
