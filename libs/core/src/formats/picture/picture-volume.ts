import type { Warning } from '../../contracts/warning-codes.js';
import { CtError } from '../../errors.js';
import { loadKernel } from '../../imaging/kernel/load-kernel.js';
import type { CtVolume, MetadataEntry } from '../../contracts/volume.js';

/** Pixels that go through the kernel at once: they stay in the processor's cache. */
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
 * A volume of one slice. Pictures have no Hounsfield units: values are grey 0–1 and the warning `HU_LOST` says so.
 *
 * Alpha is laid over black: the figures of COVID-CT are opaque, and what is transparent there is background.
 */
export function pictureVolume(
  format: 'png' | 'jpeg',
  picture: DecodedPicture,
  metadata: readonly MetadataEntry[],
): CtVolume {
  const { columns, rows } = picture;
  const { pixels, coloured } = toGrey(picture);
  const warnings: Warning[] = [{ code: 'HU_LOST' }];
  if (format === 'jpeg') warnings.push({ code: 'LOSSY_COMPRESSION' });
  if (coloured) warnings.push({ code: 'COLOUR_TO_GREY' });
  warnings.push({ code: 'NO_SPACING' }, { code: 'NO_ORIENTATION' });
  return {
    format,
    columns,
    rows,
    sliceCount: 1,
    unit: 'grey',
    pixelSpacing: undefined,
    geometry: undefined,
    windows: [{ center: 0.5, width: 1, name: 'Full range' }],
    warnings,
    metadata,
    view: null,
    acquisition: { modality: null, imageType: [], bodyPart: null },
    sliceFiles: null,
    slice: (index, signal) =>
      new Promise((resolve) => {
        if (index !== 0) {
          throw new CtError('CT_SLICE_RANGE', `Expected slice 0 of a picture, got ${index}`);
        }
        if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
        resolve({ index, columns, rows, unit: 'grey', pixels });
      }),
  };
}

/**
 * Grey 0–1 of interleaved samples: luminance `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601, as PIL's mode `L` and DICOM's
 * YBR_FULL), times alpha; and whether any pixel has a colour.
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
    if (greyed) return { pixels, coloured: greyed.coloured };
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
  }
  return { pixels, coloured };
}

/** The loop of {@link toGrey} for colours of 8 bits in WebAssembly; undefined where there is none. */
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
