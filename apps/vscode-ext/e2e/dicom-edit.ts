/**
 * Sets a text element of a DICOM file with explicit little endian VRs and short lengths (PS3.5 7.1.2); one that the file lacks is an
 * error.
 */
export function withElement(
  file: Buffer,
  group: number,
  element: number,
  vr: string,
  value: string,
): Buffer {
  const tag = Buffer.alloc(6);
  tag.writeUInt16LE(group, 0);
  tag.writeUInt16LE(element, 2);
  tag.write(vr, 4, 'latin1');
  // After the preamble; only the first match, so that similar pixels stay.
  const at = file.indexOf(tag, 132);
  if (at < 0) throw new Error(`Expected an element (${tag.toString('hex')})`);
  const length = file.readUInt16LE(at + 6);
  const text = Buffer.from(value.length % 2 === 0 ? value : `${value} `, 'latin1');
  const size = Buffer.alloc(2);
  size.writeUInt16LE(text.length, 0);
  return Buffer.concat([file.subarray(0, at + 6), size, text, file.subarray(at + 8 + length)]);
}

/** The file without one of its elements. */
export function withoutElement(file: Buffer, group: number, element: number, vr: string): Buffer {
  const emptied = withElement(file, group, element, vr, '');
  const tag = Buffer.alloc(4);
  tag.writeUInt16LE(group, 0);
  tag.writeUInt16LE(element, 2);
  const at = emptied.indexOf(Buffer.concat([tag, Buffer.from(vr, 'latin1')]), 132);
  return Buffer.concat([emptied.subarray(0, at), emptied.subarray(at + 8)]);
}
