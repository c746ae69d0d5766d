import { CtError } from '../../../errors.js';

/**
 * Decodes RLE Lossless (DICOM PS3.5 annex G): a header of 64 bytes with up to 15 segments, one for each byte of a sample, the
 * most significant first, each PackBits-coded.
 *
 * @returns samples with the low byte first; the samples of a pixel are adjacent.
 * @throws {CtError} `CT_CORRUPT` when the segments do not fit the frame, `CT_TRUNCATED` when they end early.
 */
export function decodeRle(
  data: Uint8Array,
  { pixels, bytesPerSample, samples }: { pixels: number; bytesPerSample: number; samples: number },
): Uint8Array {
  if (data.length < 64)
    throw new CtError('CT_TRUNCATED', `Expected an RLE header of 64 bytes, got ${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = view.getUint32(0, true);
  if (count !== bytesPerSample * samples) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected ${bytesPerSample * samples} RLE segments, the header says ${count}`,
    );
  }
  const result = new Uint8Array(pixels * bytesPerSample * samples);
  for (let segment = 0; segment < count; segment++) {
    const start = view.getUint32(4 + segment * 4, true);
    const end = segment + 1 < count ? view.getUint32(8 + segment * 4, true) : data.length;
    if (start < 64 || end > data.length || start > end) {
      throw new CtError(
        'CT_CORRUPT',
        `Expected RLE segment ${segment} inside the frame, its offset is ${start}`,
      );
    }
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    const first = sample * bytesPerSample + byte;
    unpack(data, start, end, result, first, bytesPerSample * samples, pixels);
  }
  return result;
}

/** PackBits into every `stride`-th byte of the result. */
function unpack(
  data: Uint8Array,
  start: number,
  end: number,
  result: Uint8Array,
  first: number,
  stride: number,
  pixels: number,
): void {
  const last = first + pixels * stride;
  let to = first;
  let at = start;
  while (to < last) {
    if (at >= end)
      throw new CtError('CT_TRUNCATED', 'Expected more RLE data, a segment ends early');
    const control = data[at++]!;
    if (control < 128) {
      if (at + control + 1 > end)
        throw new CtError('CT_TRUNCATED', 'Expected more RLE data, a segment ends early');
      for (let n = control + 1; n > 0; n--, at++) {
        // An encoder may pad a segment to even length: skip more than the frame holds.
        if (to < last) result[to] = data[at]!;
        to += stride;
      }
    } else if (control > 128) {
      if (at >= end)
        throw new CtError('CT_TRUNCATED', 'Expected more RLE data, a segment ends early');
      const value = data[at++]!;
      for (let n = 257 - control; n > 0 && to < last; n--, to += stride) result[to] = value;
    }
  }
}
