import type { Warning } from '../../contracts/warning-codes.js';
import { CtError } from '../../errors.js';
import { loadKernel } from '../../imaging/kernel/load-kernel.js';
import type { CtVolume, MetadataEntry } from '../../contracts/volume.js';
import { applyMeaning, valueMeaning, type ValueMeaning } from '../values/value-meaning.js';
import { ValueSample } from '../values/value-sample.js';
import { hasColourMarks, inColours } from './picture-colours.js';

/** Pixels per kernel call: they stay in the processor's cache. */
const pixelsAtOnce = 16 * 1024;

/** A decoded PNG or JPEG before it is made grey. */
export interface DecodedPicture {
  readonly columns: number;
  readonly rows: number;
  /** Interleaved samples: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  readonly channels: 1 | 2 | 3 | 4;
}

/**
 * A volume of one slice. Values are grey 0–1 with the warning `HU_LOST`, also for a 16-bit picture unless its values are
 * recognised as Hounsfield units plus a constant: see {@link valueMeaning}.
 *
 * Transparent pixels are laid over white, as on the page that a figure was cut from.
 */
export function pictureVolume(
  format: 'png' | 'jpeg',
  picture: DecodedPicture,
  metadata: readonly MetadataEntry[],
): CtVolume {
  const { columns, rows } = picture;
  const { pixels, coloured } = toGrey(picture);
  const meaning = meaningOf(picture, pixels);
  const { unit } = meaning;
  const warnings: Warning[] = [...meaning.warnings];
  if (format === 'jpeg') warnings.push({ code: 'LOSSY_COMPRESSION' });
  if (coloured) warnings.push({ code: 'COLOUR_TO_GREY' });
  if (coloured && hasColourMarks(picture)) warnings.push({ code: 'COLOUR_MARKS' });
  warnings.push({ code: 'NO_SPACING' }, { code: 'NO_ORIENTATION' });
  return {
    format,
    columns,
    rows,
    sliceCount: 1,
    unit,
    pixelSpacing: undefined,
    geometry: undefined,
    windows: unit === 'grey' ? [{ center: 0.5, width: 1, name: 'Full range' }] : [],
    warnings,
    metadata,
    view: null,
    acquisition: { modality: null, imageType: [], bodyPart: null },
    sliceFiles: null,
    greyRange: meaning.unit === 'grey' ? { black: meaning.black, white: meaning.white } : null,
    timePoint: null,
    colours: coloured ? () => Promise.resolve(inColours(picture)) : null,
    slice: (index, signal) =>
      new Promise((resolve) => {
        if (index !== 0) {
          throw new CtError('CT_SLICE_RANGE', `Expected slice 0 of a picture, got ${index}`);
        }
        if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
        resolve({ index, columns, rows, unit, pixels });
      }),
  };
}

/** What the values of a picture mean; converts 16-bit pixels to the slice's values in place. */
function meaningOf({ data, channels }: DecodedPicture, pixels: Float32Array): ValueMeaning {
  const full: ValueMeaning = {
    ...{ unit: 'grey', black: 0, white: 255 },
    warnings: [{ code: 'HU_LOST' }],
  };
  if (!(data instanceof Uint16Array)) return full;
  const white = 65_535;
  const wide: ValueMeaning = { ...full, white };
  if (channels > 2) return wide;
  const values = pixels.map((value) => Math.round(value * white));
  const sample = new ValueSample();
  sample.add(values);
  const found = valueMeaning(sample);
  // Values that fill half of the 16 bits were scaled to them.
  const meaning = found.unit === 'grey' && sample.max > white / 2 ? wide : found;
  if (meaning !== wide) pixels.set(applyMeaning(values, meaning));
  return meaning;
}

/**
 * Grey 0–1 of interleaved samples: luminance `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601, as PIL's mode `L` and DICOM's
 * YBR_FULL), laid over white by alpha; and whether any pixel has a colour.
 *
 * @throws {CtError} `CT_TRUNCATED` when there are fewer samples than the size needs.
 */
export function toGrey({ data, channels, columns, rows }: DecodedPicture): {
  pixels: Float32Array;
  coloured: boolean;
} {
  const scale = data instanceof Uint16Array ? 1 / 65535 : 1 / 255;
  const pixels = new Float32Array(columns * rows);
  if (data.length < pixels.length * channels) {
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${pixels.length * channels} samples for ${columns}×${rows}×${channels}, got ${data.length}`,
    );
  }
  let coloured = false;
  if (channels === 1) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = data[i]! * scale;
    return { pixels, coloured };
  }
  if (channels > 2 && !(data instanceof Uint16Array)) {
    const greyed = greyWithKernel(data, channels === 3 ? 3 : 4, pixels);
    if (greyed) {
      // The kernel lays alpha over black.
      if (channels === 4) {
        for (let i = 0, at = 3; i < pixels.length; i++, at += 4)
          if (data[at] !== 255) pixels[i]! += (255 - data[at]!) / 255;
      }
      return { pixels, coloured: greyed.coloured };
    }
  }
  const opaque = data instanceof Uint16Array ? 65535 : 255;
  const hasAlpha = channels === 2 || channels === 4;
  for (let i = 0, at = 0; i < pixels.length; i++, at += channels) {
    let value = data[at]!;
    if (channels > 2) {
      const green = data[at + 1]!;
      const blue = data[at + 2]!;
      if (value !== green || value !== blue) {
        coloured = true;
        value = 0.299 * value + 0.587 * green + 0.114 * blue;
      }
    }
    const alpha = hasAlpha ? data[at + channels - 1]! : opaque;
    pixels[i] = alpha === opaque ? value * scale : value * scale * (alpha * scale);
    if (alpha !== opaque) pixels[i]! += (opaque - alpha) / opaque;
  }
  return { pixels, coloured };
}

/** The loop of {@link toGrey} for 8-bit colours in WebAssembly; undefined without WebAssembly. */
function greyWithKernel(
  data: Uint8Array | Uint8ClampedArray,
  channels: 3 | 4,
  pixels: Float32Array,
): { coloured: boolean } | undefined {
  const sourceBytes = pixelsAtOnce * 4;
  const kernel = loadKernel(sourceBytes + pixelsAtOnce * Float32Array.BYTES_PER_ELEMENT);
  if (!kernel) return undefined;
  const source = new Uint8Array(kernel.memory.buffer, 0, sourceBytes);
  const target = new Float32Array(kernel.memory.buffer, sourceBytes, pixelsAtOnce);
  let coloured = false;
  for (let at = 0; at < pixels.length; at += pixelsAtOnce) {
    const count = Math.min(pixelsAtOnce, pixels.length - at);
    source.set(data.subarray(at * channels, (at + count) * channels));
    if (kernel.grey(0, count, channels, sourceBytes) === 1) coloured = true;
    pixels.set(target.subarray(0, count), at);
  }
  return { coloured };
}
