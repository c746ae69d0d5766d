import type { ByteSource } from '../byte-source.js';
import { mergeWarnings } from '../../contracts/merge-warnings.js';
import { asCtError, CtError } from '../../errors.js';
import { axialView, cross, sliceView } from '../../imaging/axial-view.js';
import { defaultLimits, type Limits } from '../limits.js';
import { sniffFormat, sniffLength } from '../sniff.js';
import type { CtVolume, Geometry, SliceView, Vector3 } from '../../contracts/volume.js';
import type { WasmCodecs } from './codecs/wasm-codec.js';
import { readMetadata } from './dicom-metadata.js';
import { readDicomImage, type DicomImage } from './dicom-image.js';
import type { FramePlane } from './dicom-frame.js';
import { sliceStack, type StackedFrame } from './slice-stack.js';

/** See {@link openDicom}. */
export interface DicomOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal | undefined;
  readonly codecs: WasmCodecs;
}

/** A file of a folder, and its name for the sentences of errors. */
export interface NamedSource {
  readonly name: string;
  readonly source: ByteSource;
}

/** What a folder held: its series, and the files that are no part of any. */
export interface DicomSeries {
  readonly volumes: readonly SeriesVolume[];
  readonly problems: readonly { readonly name: string; readonly error: CtError }[];
}

/** A series as a volume, and which file each slice comes from. */
export interface SeriesVolume {
  readonly seriesUid: string;
  readonly volume: CtVolume;
  /** Name of the file that holds slice `i`. */
  readonly files: readonly string[];
}

/** Opens one DICOM file: a slice, or all frames of a multi-frame or Enhanced CT object. */
export async function openDicom(source: ByteSource, options: DicomOptions): Promise<CtVolume> {
  const { limits = defaultLimits, codecs } = options;
  const image = await readDicomImage(source, { limits, codecs });
  return stackVolume([image], limits).volume;
}

/**
 * Opens the DICOM files of a folder as series: files of one Series Instance UID, size and orientation, sorted along the normal.
 * Only headers are read. Files that are no images, or not readable, are reported and the others go on.
 *
 * @throws {CtError} `CT_CANCELLED`.
 */
export async function openDicomSeries(
  files: readonly NamedSource[],
  options: DicomOptions,
): Promise<DicomSeries> {
  const { limits = defaultLimits, codecs, signal } = options;
  const problems: { name: string; error: CtError }[] = [];
  const groups = new Map<string, DicomImage[]>();
  // In small groups: the files' reads overlap, and a folder of thousands does not open thousands at once.
  for (let start = 0; start < files.length; start += 16) {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Opening was cancelled');
    const outcomes = await Promise.all(
      files.slice(start, start + 16).map((file) => readFile(file, limits, codecs)),
    );
    for (const outcome of outcomes) {
      if ('error' in outcome) {
        problems.push(outcome);
        continue;
      }
      const key = groupKey(outcome);
      groups.set(key, [...(groups.get(key) ?? []), outcome]);
    }
  }
  const volumes: SeriesVolume[] = [];
  for (const images of groups.values()) {
    try {
      const { volume, frames } = stackVolume(images, limits);
      volumes.push({
        seriesUid: images[0]!.seriesUid,
        volume,
        files: frames.map(({ image }) => image.name ?? ''),
      });
    } catch (error) {
      const known = asCtError(error, 'CT_MIXED_SERIES', 'The files do not form a series');
      problems.push(...images.map(({ name }) => ({ name: name ?? '', error: known })));
    }
  }
  // The longest first: what a person means when opening a folder; localizers come last.
  volumes.sort((a, b) => b.volume.sliceCount - a.volume.sliceCount);
  return { volumes, problems };
}

/** The image in a file, or why there is none. */
async function readFile(
  { name, source }: NamedSource,
  limits: Limits,
  codecs: WasmCodecs,
): Promise<DicomImage | { name: string; error: CtError }> {
  try {
    const head = await source.read(0, Math.min(source.size, sniffLength));
    const format = sniffFormat(head);
    if (format !== 'dicom') {
      throw new CtError(
        'CT_UNKNOWN_FORMAT',
        `Expected a DICOM file, this is ${format ?? 'of no format that is known'}`,
      );
    }
    return await readDicomImage(source, { limits, codecs, name });
  } catch (error) {
    return { name, error: asCtError(error, 'CT_CORRUPT', 'The file could not be read') };
  }
}

/** A localizer shares the series of its scan, and differs in orientation or size. */
function groupKey({ seriesUid, format, planes, unit }: DicomImage): string {
  const { rowDirection, columnDirection } = planes[0]!;
  const rounded = [...(rowDirection ?? []), ...(columnDirection ?? [])].map((v) =>
    Math.round(v * 100),
  );
  return [seriesUid, format.columns, format.rows, unit, ...rounded].join('/');
}

function stackVolume(
  images: readonly DicomImage[],
  limits: Limits,
): { volume: CtVolume; frames: StackedFrame[] } {
  const first = images[0]!;
  const { columns: width, rows: height } = first.format;
  const frameCount = images.reduce((sum, { format }) => sum + format.frames, 0);
  if (width * height * frameCount > limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.volumePixels} pixels, the series has ${width}×${height}×${frameCount}`,
    );
  }
  const { frames, step, warnings } = sliceStack(images);
  const placed = placement(frames[0]!.plane, step, width, height, frames.length);
  const { turn, geometry, columns, rows } = placed;
  if (placed.reversed) frames.reverse();
  const plane = frames[0]!.plane;
  const allWarnings = mergeWarnings(first.warnings, warnings, [
    ...(plane.spacing ? [] : [{ code: 'NO_SPACING' } as const]),
    ...(plane.rowDirection ? [] : [{ code: 'NO_ORIENTATION' } as const]),
  ]);
  let metadata: CtVolume['metadata'] | undefined;
  const volume: CtVolume = {
    format: 'dicom',
    columns,
    rows,
    sliceCount: frames.length,
    unit: first.unit,
    pixelSpacing: placed.pixelSpacing,
    geometry,
    windows: plane.windows,
    warnings: allWarnings,
    view: placed.view,
    acquisition: first.acquisition,
    sliceFiles: images.length > 1 ? frames.map(({ image }) => image.name ?? '') : null,
    get metadata() {
      metadata ??= readMetadata(first.dataSet);
      return metadata;
    },
    async slice(index, signal) {
      const frame = frames[index];
      if (!frame) {
        throw new CtError(
          'CT_SLICE_RANGE',
          `Expected a slice from 0 to ${frames.length - 1}, got ${index}`,
        );
      }
      const stored = await decodeNamed(frame, signal);
      return { index, columns, rows, unit: first.unit, pixels: turn(stored) };
    },
  };
  return { volume, frames };
}

async function decodeNamed(
  { image, frame }: StackedFrame,
  signal?: AbortSignal,
): Promise<Float32Array> {
  try {
    return await image.decode(frame, signal);
  } catch (error) {
    const known = asCtError(error, 'CT_CORRUPT', 'The frame could not be decoded');
    if (image.name === undefined || known.code === 'CT_CANCELLED') throw known;
    throw new CtError(known.code, `${image.name}: ${known.message}`, { cause: known });
  }
}

interface Placement {
  readonly columns: number;
  readonly rows: number;
  readonly geometry: Geometry | undefined;
  readonly pixelSpacing: CtVolume['pixelSpacing'];
  /** The slices run from head to feet and must be reversed. */
  readonly reversed: boolean;
  readonly turn: (pixels: Float32Array) => Float32Array;
  readonly view: SliceView | null;
}

/**
 * Where the stack lies. Axial slices are turned to the usual view (prone scans, and those stored feet first, too); sagittal and
 * coronal ones stay as they are stored: each file is one of them, and cutting others would need them all.
 */
function placement(
  plane: FramePlane,
  step: Vector3 | undefined,
  width: number,
  height: number,
  depth: number,
): Placement {
  const { rowDirection, columnDirection, spacing, position, thickness } = plane;
  const pixelSpacing = spacing && { column: spacing.column, row: spacing.row };
  const asStored: Placement = {
    columns: width,
    rows: height,
    geometry: undefined,
    pixelSpacing,
    reversed: false,
    turn: (pixels) => pixels,
    view: null,
  };
  if (!rowDirection || !columnDirection) return asStored;
  const normal = cross(rowDirection, columnDirection);
  const between = step ?? scale(normal, thickness ?? 1);
  const sizes = spacing ?? { column: 1, row: 1 };
  const origin = position ?? [0, 0, 0];
  const view = axialView({
    origin,
    axes: [scale(rowDirection, sizes.column), scale(columnDirection, sizes.row), between],
    dimensions: [width, height, depth],
  });
  if (view.order[2] !== 2) {
    const length = Math.hypot(...between) || 1;
    const geometry = {
      spacing: { column: sizes.column, row: sizes.row, slice: length },
      rowDirection,
      columnDirection,
      sliceDirection: scale(between, 1 / length),
      origin,
    };
    return {
      ...asStored,
      geometry: spacing && position ? geometry : undefined,
      view: sliceView(normal),
    };
  }
  return {
    columns: view.columns,
    rows: view.rows,
    geometry: spacing && position ? view.geometry : undefined,
    pixelSpacing: spacing && {
      column: view.geometry.spacing.column,
      row: view.geometry.spacing.row,
    },
    reversed: view.flipped[2],
    view: sliceView(normal),
    turn: turner(view.order[0] === 1, view.flipped[0], view.flipped[1], width, height),
  };
}

/** Transposes and flips a picture of `width × height`; hands it back untouched where there is nothing to do. */
function turner(
  transposed: boolean,
  flipX: boolean,
  flipY: boolean,
  width: number,
  height: number,
) {
  if (!transposed && !flipX && !flipY) return (pixels: Float32Array) => pixels;
  const columns = transposed ? height : width;
  const rows = transposed ? width : height;
  const stepX = (transposed ? width : 1) * (flipX ? -1 : 1);
  const stepY = (transposed ? 1 : width) * (flipY ? -1 : 1);
  const start = (flipX ? (columns - 1) * -stepX : 0) + (flipY ? (rows - 1) * -stepY : 0);
  return (pixels: Float32Array) => {
    const result = new Float32Array(pixels.length);
    for (let row = 0; row < rows; row++) {
      let at = start + row * stepY;
      for (let column = 0; column < columns; column++, at += stepX)
        result[row * columns + column] = pixels[at]!;
    }
    return result;
  };
}

function scale([x, y, z]: Vector3, factor: number): Vector3 {
  return [x * factor, y * factor, z * factor];
}
