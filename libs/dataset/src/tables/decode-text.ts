/**
 * Text of a table or list as people save it: UTF-8 with or without byte order mark, UTF-16 of either byte order with or without
 * one, else Windows-1252, which Excel writes in western Europe.
 */
export function decodeText(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // Text of mostly Latin letters in UTF-16 has a zero in every other byte.
  const head = bytes.subarray(0, 256);
  if (head.length >= 4) {
    const zeros = (parity: number) =>
      head.filter((value, i) => i % 2 === parity && value === 0).length;
    if (zeros(1) > head.length / 4) return new TextDecoder('utf-16le').decode(bytes);
    if (zeros(0) > head.length / 4) return new TextDecoder('utf-16be').decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
