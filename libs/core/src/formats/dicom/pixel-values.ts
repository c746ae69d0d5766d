import type { DataSet } from 'dicom-parser';
import { CtError } from '../../errors.js';
import type { StoredFrame } from './decode-frame.js';
import type { ModalityLut } from './modality-lut.js';
import type { PixelFormat } from './pixel-format.js';

/** How stored samples become the values of the header's scale. */
export interface ValueMapping {
  readonly slope: number;
  readonly intercept: number;
  /** Replaces slope and intercept. */
  readonly lut: ModalityLut | undefined;
  /** Stored values in this range were never measured (Pixel Padding Value, PS3.3 C.7.5.1.1.2). */
  readonly padding: readonly [low: number, high: number] | undefined;
  /** The value that replaces them. */
  readonly paddingTo: number;
  readonly palette: Float32Array | undefined;
  /** First stored value that the palette maps. */
  readonly paletteStart: number;
}

/** Colour photometric interpretations whose first sample is luminance already (ITU-R BT.601). */
const luminanceFirst = [
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_PARTIAL_422',
  'YBR_PARTIAL_420',
  'YBR_ICT',
  'YBR_RCT',
];

/**
 * Turns stored samples into values: the sign from Bits Stored and High Bit, then `slope * stored + intercept` (PS3.3
 * C.11.1.1.2), or the entry of the Modality LUT. Colour and palettes become grey 0–1.
 */
export function pixelValues(
  frame: StoredFrame,
  format: PixelFormat,
  mapping: ValueMapping,
): Float32Array {
  const count = format.columns * format.rows;
  const pixels = new Float32Array(count);
  if (format.samplesPerPixel === 3) {
    colourToGrey(frame, count, pixels);
    return pixels;
  }
  const { samples } = frame;
  if (samples.length < count) {
    throw new CtError('CT_TRUNCATED', `Expected ${count} samples, got ${samples.length}`);
  }
  const { palette, paletteStart, lut } = mapping;
  if (palette) {
    const valueOf = valueReader(shiftsOf(format, frame.signExtended));
    for (let i = 0; i < count; i++) {
      const at = valueOf(samples[i]!) - paletteStart;
      pixels[i] = palette[at < 0 ? 0 : at >= palette.length ? palette.length - 1 : at]!;
    }
    return pixels;
  }
  const shifts = shiftsOf(format, frame.signExtended);
  if (lut) lookUp(samples, shifts, lut, pixels);
  else rescale(samples, shifts, mapping, pixels);
  if (mapping.padding) pad(samples, shifts, format, mapping, mapping.padding, pixels);
  return pixels;
}

/** `(sample << up) >> down` is the value of a sample: its stored bits with their sign, or without one. */
interface Shifts {
  readonly up: number;
  readonly down: number;
  readonly signed: boolean;
}

/** How to extract the stored bits of a sample; undefined if the sample is already its value. */
function shiftsOf(
  { bitsAllocated, bitsStored, highBit, signed }: PixelFormat,
  signExtended: boolean,
): Shifts | undefined {
  if (signExtended || (bitsAllocated === bitsStored && !signed)) return undefined;
  return { up: 31 - highBit, down: 32 - bitsStored, signed };
}

/** `slope * value + intercept` of every pixel; inlined loops, since a call for each pixel takes twice the time. */
function rescale(
  samples: StoredFrame['samples'],
  shifts: Shifts | undefined,
  { slope, intercept }: ValueMapping,
  pixels: Float32Array,
): void {
  if (!shifts) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = samples[i]! * slope + intercept;
  } else if (shifts.signed) {
    const { up, down } = shifts;
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = ((samples[i]! << up) >> down) * slope + intercept;
  } else {
    const { up, down } = shifts;
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = ((samples[i]! << up) >>> down) * slope + intercept;
  }
}

/** The entry of the Modality LUT for every pixel. */
function lookUp(
  samples: StoredFrame['samples'],
  shifts: Shifts | undefined,
  { start, values }: ModalityLut,
  pixels: Float32Array,
): void {
  const valueOf = valueReader(shifts);
  const last = values.length - 1;
  for (let i = 0; i < pixels.length; i++) {
    const at = valueOf(samples[i]!) - start;
    pixels[i] = values[at < 0 ? 0 : at > last ? last : at]!;
  }
}

/** Marks padding pixels: compares the stored bits, and the whole sample, since its upper bits may hold the mark. */
function pad(
  samples: StoredFrame['samples'],
  shifts: Shifts | undefined,
  { bitsAllocated, bitsStored, signed }: PixelFormat,
  { paddingTo }: ValueMapping,
  [low, high]: readonly [number, number],
  pixels: Float32Array,
): void {
  if (low === high && bitsAllocated === bitsStored && bitsAllocated <= 16) {
    // The usual case: one mark, in all bits of the sample.
    const mask = 2 ** bitsAllocated - 1;
    const mark = low & mask;
    for (let i = 0; i < pixels.length; i++)
      if ((samples[i]! & mask) === mark) pixels[i] = paddingTo;
    return;
  }
  const { up, down } = shifts ?? { up: 0, down: 0 };
  const whole = bitsAllocated < 32 ? 32 - bitsAllocated : 0;
  for (let i = 0; i < pixels.length; i++) {
    const sample = samples[i]!;
    const raw = signed ? (sample << whole) >> whole : (sample << whole) >>> whole;
    const value = !shifts ? sample : signed ? (sample << up) >> down : (sample << up) >>> down;
    if ((value >= low && value <= high) || (raw >= low && raw <= high)) pixels[i] = paddingTo;
  }
}

function valueReader(shifts: Shifts | undefined): (sample: number) => number {
  if (!shifts) return (sample) => sample;
  const { up, down, signed } = shifts;
  return signed ? (sample) => (sample << up) >> down : (sample) => (sample << up) >>> down;
}

function colourToGrey(
  { samples, planar, photometric }: StoredFrame,
  count: number,
  pixels: Float32Array,
): void {
  const packed =
    photometric === 'YBR_FULL_422' && samples.length >= count * 2 && samples.length < count * 3;
  const needed = packed ? count * 2 : count * 3;
  if (samples.length < needed) {
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${needed} samples of colour, got ${samples.length}`,
    );
  }
  if (luminanceFirst.includes(photometric)) {
    // Two pixels share Cb and Cr when packed: Y Y Cb Cr.
    for (let i = 0; i < count; i++) {
      const at = packed ? (i >> 1) * 4 + (i & 1) : planar ? i : i * 3;
      pixels[i] = samples[at]! / 255;
    }
    return;
  }
  const step = planar ? 1 : 3;
  const plane = planar ? count : 1;
  for (let i = 0, at = 0; i < count; i++, at += step) {
    const luminance =
      0.299 * samples[at]! + 0.587 * samples[at + plane]! + 0.114 * samples[at + 2 * plane]!;
    pixels[i] = luminance / 255;
  }
}

/**
 * The luminance of each palette entry, in 0–1 (PS3.3 C.7.6.3.1.5 and .6). Eight-bit entries in sixteen-bit words
 * occur in either half of the word.
 *
 * @throws {CtError} `CT_CORRUPT` when a table is missing or short, `CT_UNSUPPORTED` for segmented palettes.
 */
export function readPalette(dataSet: DataSet): { palette: Float32Array; start: number } {
  if (dataSet.elements.x00281221) {
    throw new CtError('CT_UNSUPPORTED', 'Expected a plain palette, this one is segmented');
  }
  const signed = (dataSet.uint16('x00280103') ?? 0) === 1;
  const entries = dataSet.uint16('x00281101', 0) ?? 0;
  const count = entries === 0 ? 65536 : entries;
  const start = (signed ? dataSet.int16('x00281101', 1) : dataSet.uint16('x00281101', 1)) ?? 0;
  const bits = dataSet.uint16('x00281101', 2) ?? 16;
  const channel = (tag: string): Float32Array => {
    const element = dataSet.elements[tag];
    const wide = element !== undefined && element.length >= count * 2;
    if (!element || element.length < count) {
      throw new CtError(
        'CT_CORRUPT',
        `Expected a palette of ${count} entries, got ${element?.length ?? 0} bytes`,
      );
    }
    const values = new Float32Array(count);
    let largest = 0;
    for (let i = 0; i < count; i++) {
      const value = wide
        ? dataSet.byteArrayParser.readUint16(dataSet.byteArray, element.dataOffset + i * 2)
        : dataSet.byteArray[element.dataOffset + i]!;
      values[i] = value;
      largest = Math.max(largest, value);
    }
    const scale = wide && bits > 8 && largest > 255 ? 65535 : wide && largest > 255 ? 65280 : 255;
    return values.map((value) => Math.min(1, value / scale));
  };
  const [red, green, blue] = [channel('x00281201'), channel('x00281202'), channel('x00281203')];
  return {
    palette: red.map((value, i) => 0.299 * value + 0.587 * green[i]! + 0.114 * blue[i]!),
    start,
  };
}
