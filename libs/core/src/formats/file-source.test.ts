import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSource, openVolume } from '../index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a volume of more than 2 GiB opens, and its last slice is read alone', async () => {
  const [columns, rows, slices] = [512, 512, 1100];
  const header = new DataView(new ArrayBuffer(352));
  header.setInt32(0, 348, true);
  [3, columns, rows, slices].forEach((size, i) => {
    header.setInt16(40 + 2 * i, size, true);
  });
  header.setInt16(70, 64, true); // float64
  header.setFloat32(108, 352, true);
  [0x6e, 0x2b, 0x31, 0].forEach((byte, i) => {
    header.setUint8(344 + i, byte);
  });
  const size = 352 + columns * rows * slices * 8;
  expect(size).toBeGreaterThan(2 ** 31);
  const handle = await open(join(folder, 'large.nii'), 'w+');
  await handle.write(new Uint8Array(header.buffer));
  // Sparse: the file takes no space on the disk.
  await handle.truncate(size);
  // Air in the first slice, tissue in the last pixel: Hounsfield units.
  await handle.write(new Float64Array(4096).fill(-1000), 0, 32_768, 352);
  await handle.write(new Float64Array(512).fill(-123), 0, 4096, size - 4096);
  const volume = await openVolume(await fileSource(handle));
  expect(volume.sliceCount).toBe(slices);
  const { pixels } = await volume.slice(slices - 1);
  // Without orientation the file's rows run from the picture's bottom to its top.
  expect(Math.min(...pixels.subarray(0, columns))).toBe(-123);
  await handle.close();
});

test('a range past the end, and a file that became shorter, are errors', async () => {
  const handle = await open(join(folder, 'short'), 'w+');
  await handle.write('0123456789');
  const source = await fileSource(handle);
  await expect(source.read(5, 6)).rejects.toMatchObject({
    code: 'CT_TRUNCATED',
    message: 'Expected 6 bytes from offset 5, the file has 10 bytes',
  });
  await handle.truncate(7);
  await expect(source.read(5, 5)).rejects.toMatchObject({ code: 'CT_TRUNCATED' });
  await handle.close();
  await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'CT_READ_FAILED' });
});
