/**
 * The platform of a program or library, by the header of its file; undefined for other files.
 *
 * ELF: machine at byte 18. PE: machine after the signature, whose offset is at byte 60. Mach-O (64 bits, little-endian): CPU type at
 * byte 4.
 *
 * @param {Uint8Array} bytes
 * @returns {string | undefined} such as `linux-x64`; an unknown machine is `linux-<machine>`.
 */
export function binaryTarget(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64) return undefined;
  if (view.getUint32(0) === 0x7f454c46) return named('linux', view.getUint16(18, true), elf);
  if (view.getUint32(0, true) === 0xfeedfacf) return named('darwin', view.getUint32(4, true), mach);
  if (view.getUint16(0) !== 0x4d5a) return undefined;
  const at = view.getUint32(60, true);
  if (at + 6 > bytes.length || view.getUint32(at) !== 0x50450000) return undefined;
  return named('win32', view.getUint16(at + 4, true), pe);
}

const elf = { 0x3e: 'x64', 0xb7: 'arm64' };
const pe = { 0x8664: 'x64', 0xaa64: 'arm64' };
const mach = { 0x01000007: 'x64', 0x0100000c: 'arm64' };

/**
 * @param {string} os
 * @param {number} machine
 * @param {Readonly<Record<number, string>>} names
 */
function named(os, machine, names) {
  return `${os}-${names[machine] ?? machine}`;
}
