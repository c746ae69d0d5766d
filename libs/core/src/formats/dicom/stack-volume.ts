import { mergeWarnings } from '../../contracts/merge-warnings.js';
import type { CtVolume, Geometry, SliceView, Vector3 } from '../../contracts/volume.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { asCtError, CtError } from '../../errors.js';
import { axialView, cross, sliceView } from '../../imaging/axial-view.js';
import type { Window } from '../../imaging/window.js';
import type { Limits } from '../limits.js';
import {
  applyMeaning,
  greyMeaning,
  valueMeaning,
  type ValueMeaning,
} from '../values/value-meaning.js';
import { ValueSample } from '../values/value-sample.js';
import type { FramePlane } from './dicom-frame.js';
import { readMetadata } from './dicom-metadata.js';
import type { DicomImage } from './dicom-image.js';
import { sliceStack, type StackedFrame } from './slice-stack.js';

interface StackOptions {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly timePoint: CtVolume['timePoint'];
  /** Warnings from earlier steps. */
  readonly warnings: readonly Warning[];
  /** Whether the images have names: the volume then reports the file of each slice. */
  readonly named: boolean;
}

/** The HU value of padding: air, as outside of the scan. */
const outside = -1024;

/**
 * Makes a volume of frames that belong together. Decodes a few slices to find out what the values mean, and keeps the first of them
 * for the caller that asks for it next.
 *
 * @throws {CtError} `CT_TOO_LARGE`, `CT_CANCELLED`.
 */
export async function stackVolume(
  unsorted: readonly StackedFrame[],
  options: StackOptions,
): Promise<CtVolume> {
  const { image: first } = unsorted[0]!;
  const { columns: width, rows: height } = first.format;
  if (width * height * unsorted.length > options.limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${options.limits.volumePixels} pixels, the series has ${width}×${height}×${unsorted.length}`,
    );
  }
  const { frames, step, warnings } = sliceStack(unsorted);
  const placed = placement(frames[0]!.plane, step, width, height, frames.length);
  const { turn, geometry, columns, rows } = placed;
  if (placed.reversed) frames.reverse();
  const plane = frames[0]!.plane;
  const { meaning, take } = await meaningOf(frames, options.signal);
  const inverted = first.format.photometric === 'MONOCHROME1';
  // What padding is before the meaning is applied to it.
  const padding =
    meaning.unit === 'HU' ? outside + meaning.offset : inverted ? meaning.white : meaning.black;
  const images = new Set(frames.map(({ image }) => image));
  let metadata: CtVolume['metadata'] | undefined;
  return {
    format: 'dicom',
    columns,
    rows,
    sliceCount: frames.length,
    unit: meaning.unit,
    pixelSpacing: placed.pixelSpacing,
    geometry,
    windows: plane.windows,
    warnings: mergeWarnings(
      meaning.warnings,
      ...[...images].map((image) => image.warnings),
      options.warnings,
      warnings,
      [
        ...(plane.spacing ? [] : [{ code: 'NO_SPACING' } as const]),
        ...(plane.rowDirection ? [] : [{ code: 'NO_ORIENTATION' } as const]),
        ...(placed.view === null || placed.view === 'axial'
          ? []
          : [{ code: 'NOT_AXIAL', detail: placed.view } as const]),
        ...(options.timePoint
          ? [
              {
                code: 'OTHER_VOLUMES',
                detail: `volume ${options.timePoint.index + 1} of ${options.timePoint.count}`,
              } as const,
            ]
          : []),
      ],
    ),
    view: placed.view,
    acquisition: first.acquisition,
    sliceFiles: options.named ? frames.map(({ image }) => image.name ?? '') : null,
    greyRange: meaning.unit === 'grey' ? { black: meaning.black, white: meaning.white } : null,
    timePoint: options.timePoint,
    colours: null,
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
      const kept = signal?.aborted ? undefined : take(frame, padding);
      const values = kept ?? (await decodeNamed(frame, padding, signal));
      const pixels =
        frame.image.claim === 'colour' ? values : applyMeaning(values, meaning, inverted);
      return { index, columns, rows, unit: meaning.unit, pixels: turn(pixels) };
    },
  };
}

interface Meaning {
  readonly meaning: ValueMeaning;
  /** The values of a frame that was decoded already, once; its padding becomes the given value. */
  readonly take: (frame: StackedFrame, padding: number) => Float32Array | undefined;
}

/** Which slices to sample, as shares of the stack's length: the middle of a scan shows the most. */
const lookedAt = [0.5, 0.25, 0.75, 0, 1];

/** What the values of a stack mean, by the header's claim and the values of some frames. */
async function meaningOf(
  frames: readonly StackedFrame[],
  signal: AbortSignal | undefined,
): Promise<Meaning> {
  const { image, plane } = frames[0]!;
  const { claim, format } = image;
  const scale = { slope: plane.slope, intercept: plane.intercept };
  const none: Meaning['take'] = () => undefined;
  if (claim === 'colour') {
    return {
      meaning: { unit: 'grey', black: 0, white: 255, warnings: [{ code: 'HU_LOST' }] },
      take: none,
    };
  }
  const eightBits = format.bitsStored <= 8;
  if (claim === 'grey' && eightBits)
    return { meaning: storedRange(image, plane, plane.windows[0]), take: none };
  const sample = new ValueSample();
  let kept: { frame: StackedFrame; pixels: WeakRef<Float32Array> } | undefined;
  const indices = new Set(lookedAt.map((share) => Math.floor(share * (frames.length - 1))));
  for (const index of indices) {
    const frame = frames[index]!;
    // A frame that cannot be decoded is reported when it is asked for.
    const pixels = await frame.image.decode(frame.frame, NaN, signal).catch((error: unknown) => {
      if (error instanceof CtError && error.code === 'CT_CANCELLED') throw error;
      return undefined;
    });
    if (!pixels) continue;
    sample.add(pixels);
    kept ??= { frame, pixels: new WeakRef(pixels) };
    if (claim === 'HU' && sample.looksLikeHu) break;
  }
  const take: Meaning['take'] = (frame, padding) => {
    if (kept?.frame !== frame) return undefined;
    const pixels = kept.pixels.deref();
    // Returned once only: the caller may change it.
    kept = undefined;
    if (pixels && frame.image.hasPadding) {
      for (let i = 0; i < pixels.length; i++) if (Number.isNaN(pixels[i])) pixels[i] = padding;
    }
    return pixels;
  };
  if (claim === 'HU') {
    const meaning = valueMeaning(sample, scale);
    return {
      meaning: meaning.unit === 'grey' && eightBits ? storedRange(image, plane) : meaning,
      take,
    };
  }
  const [window] = plane.windows;
  const guessed = greyMeaning(sample, scale);
  if (window && showsContent(window, sample)) {
    const [black, white] = [window.center - window.width / 2, window.center + window.width / 2];
    return { meaning: { unit: 'grey', black, white, warnings: [{ code: 'HU_LOST' }] }, take };
  }
  return { meaning: guessed, take };
}

/** Whether a window shows more than black and white for these values. */
function showsContent({ center, width }: Window, { isEmpty, min, max }: ValueSample): boolean {
  return isEmpty || (center - width / 2 < max && center + width / 2 > min);
}

/** Grey over the range of the stored bits, or over the header's window. */
function storedRange(
  { format: { signed, bitsStored } }: DicomImage,
  { slope, intercept }: FramePlane,
  window?: Window,
): ValueMeaning {
  const lowest = signed ? -(2 ** (bitsStored - 1)) : 0;
  const ends = [lowest, lowest + 2 ** bitsStored - 1].map((value) => value * slope + intercept);
  const black = window ? window.center - window.width / 2 : Math.min(...ends);
  const white = window ? window.center + window.width / 2 : Math.max(...ends);
  return { unit: 'grey', black, white, warnings: [{ code: 'HU_LOST' }] };
}

async function decodeNamed(
  { image, frame }: StackedFrame,
  padding: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  try {
    return await image.decode(frame, padding, signal);
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
 * The stack's position and view. Axial slices are turned to the usual view (also prone scans and those stored feet first); sagittal and
 * coronal ones stay as stored: each file is one slice, and reslicing would need all of them.
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

/** Transposes and flips a picture of `width × height`; returns it unchanged if there is nothing to do. */
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
