import type { DataSet, Element } from 'dicom-parser';
import type { MetadataEntry } from '../../contracts/volume.js';
import { attributeNames, identifyingTags } from './attribute-names.js';
import { decodeText } from './character-set.js';

/** Longest value shown; longer ones are cut, binary ones only named. */
const longestValue = 256;
const binaryRepresentations = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN'];
/** Value representations whose text is in the file's character set (PS3.5 section 6.1.2.3). */
const textRepresentations = ['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'];

/**
 * The attributes of a header in tag order: those with a name in the table, in the file's character set. Sequences
 * and private attributes are left out. `identifying` follows the Basic Application Level Confidentiality Profile (PS3.15 table
 * E.1-1): what it removes or replaces may name the patient, and so may any free text.
 */
export function readMetadata(dataSet: DataSet): MetadataEntry[] {
  const characterSet = dataSet.string('x00080005');
  return Object.values(dataSet.elements)
    .filter(({ tag, items }) => items === undefined && attributeNames[tag] !== undefined)
    .toSorted((a, b) => (a.tag < b.tag ? -1 : 1))
    .map((element) => ({
      key: `(${element.tag.slice(1, 5)},${element.tag.slice(5)})`,
      name: attributeNames[element.tag]!.name,
      value: valueOf(dataSet, element, characterSet),
      identifying: identifyingTags.has(element.tag),
    }));
}

function valueOf(dataSet: DataSet, element: Element, characterSet: string | undefined): string {
  const { tag, length } = element;
  // Implicit files do not state the representation; the table does.
  const vr = element.vr ?? attributeNames[tag]!.vr;
  if (length === 0) return '';
  if (binaryRepresentations.includes(vr)) return `${length} bytes`;
  const several = (size: number, read: (i: number) => number | undefined) =>
    Array.from({ length: Math.min(Math.floor(length / size), 16) }, (_, i) => read(i)).join('\\');
  switch (vr) {
    case 'US':
      return several(2, (i) => dataSet.uint16(tag, i));
    case 'SS':
      return several(2, (i) => dataSet.int16(tag, i));
    case 'UL':
      return several(4, (i) => dataSet.uint32(tag, i));
    case 'SL':
      return several(4, (i) => dataSet.int32(tag, i));
    case 'FL':
      return several(4, (i) => dataSet.float(tag, i));
    case 'FD':
      return several(8, (i) => dataSet.double(tag, i));
    case 'AT':
      return dataSet.attributeTag(tag) ?? '';
    default: {
      const end = Math.min(element.dataOffset + length, element.dataOffset + longestValue * 4);
      const bytes = dataSet.byteArray.subarray(element.dataOffset, end);
      const text = decodeText(bytes, textRepresentations.includes(vr) ? characterSet : undefined);
      const trimmed = text.replace(/[\0 ]+$/, '').trimStart();
      return trimmed.length > longestValue ? `${trimmed.slice(0, longestValue)}…` : trimmed;
    }
  }
}
