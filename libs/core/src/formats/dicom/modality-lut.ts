import type { DataSet } from 'dicom-parser';
import { CtError } from '../../errors.js';

/** A table from stored values to those of the modality (DICOM PS3.3 C.11.1). */
export interface ModalityLut {
  /** First stored value that the table maps; lower ones map to its first entry, ones past the end to its last. */
  readonly start: number;
  readonly values: Float32Array;
}

/**
 * The Modality LUT Sequence, which replaces Rescale Slope and Intercept; undefined if there is none.
 *
 * @throws {CtError} `CT_CORRUPT` when the table is shorter than its descriptor says.
 */
export function readModalityLut(dataSet: DataSet): ModalityLut | undefined {
  const item = dataSet.elements.x00283000?.items?.[0]?.dataSet;
  if (!item) return undefined;
  const entries = item.uint16('x00283002', 0) ?? 0;
  const count = entries === 0 ? 65_536 : entries;
  const signed = (dataSet.uint16('x00280103') ?? 0) === 1;
  const start = (signed ? item.int16('x00283002', 1) : item.uint16('x00283002', 1)) ?? 0;
  const bits = item.uint16('x00283002', 2) ?? 16;
  const data = item.elements.x00283006;
  const wide = data !== undefined && data.length >= count * 2;
  if (!data || (!wide && (bits > 8 || data.length < count))) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a Modality LUT of ${count} entries, got ${data?.length ?? 0} bytes`,
    );
  }
  const values = new Float32Array(count);
  // Hounsfield units below 0 are two's complement whatever the representation says: none reaches 32768.
  const isHu = item.string('x00283004')?.trim() !== 'US';
  for (let i = 0; i < count; i++) {
    const value = wide
      ? item.byteArrayParser.readUint16(item.byteArray, data.dataOffset + i * 2)
      : item.byteArray[data.dataOffset + i]!;
    values[i] = wide && isHu && value >= 32_768 ? value - 65_536 : value;
  }
  return { start, values };
}
