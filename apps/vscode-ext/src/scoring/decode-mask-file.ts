import { decodeMask } from '@groundglass/core';

/** The lesion probability of each pixel of a mask stored as a PNG. */
export function decodeMaskFile(bytes: Uint8Array): {
  columns: number;
  rows: number;
  values: Float32Array;
} {
  // Width and height of a PNG: big-endian at bytes 16 and 20.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [columns, rows] = [view.getUint32(16), view.getUint32(20)];
  const data = Buffer.from(bytes).toString('base64');
  const values = decodeMask({ width: columns, height: rows, encoding: 'png', data });
  return { columns, rows, values };
}
