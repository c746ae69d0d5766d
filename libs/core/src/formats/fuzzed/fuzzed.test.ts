import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesSource } from '../byte-source.js';
import { openVolume } from '../../index.js';

/**
 * Damaged files that once threw an exception without a code. `npm run fuzz -- core` finds such files; one of each kind
 * stays here. The first: a DICOM attribute with fewer values than the header promises, for which dicom-parser throws.
 */
const fixtures = join(import.meta.dirname, 'fixtures');

test.each(await readdir(fixtures))('%s ends in a slice or a coded error', async (name) => {
  const bytes = await readFile(join(fixtures, name));
  const outcome = await openVolume(bytesSource(bytes))
    .then((volume) => volume.slice(0))
    .catch((error: unknown) => error);
  expect(outcome).toSatisfy(
    (value: { name?: string; pixels?: unknown }) =>
      value.name === 'CtError' || value.pixels instanceof Float32Array,
  );
});

test('a double past the range of a float counts as unmeasured and becomes air', async () => {
  const header = Buffer.from(
    'ObjectType = Image\nNDims = 3\nDimSize = 3 1 1\nElementType = MET_DOUBLE\nElementSpacing = 1 1 1\nElementDataFile = LOCAL\n',
  );
  const voxels = new Uint8Array(Float64Array.of(1e300, 40, -1000).buffer);
  const volume = await openVolume(bytesSource(Buffer.concat([header, voxels])));
  expect([...(await volume.slice(0)).pixels]).toEqual([-1024, 40, -1000]);
});

test("Node's Buffer, whose slice does not copy, is read like any bytes", async () => {
  const header = Buffer.from(
    'ObjectType = Image\nNDims = 3\nDimSize = 2 1 1\nElementType = MET_SHORT\nElementSpacing = 1 1 1\nElementDataFile = LOCAL\n',
  );
  // One byte before the header makes the voxels start at an odd offset of the Buffer's memory.
  const odd = Buffer.concat([Buffer.of(0), header, Buffer.of(0x18, 0xfc, 2, 0)]).subarray(1);
  const volume = await openVolume(bytesSource(odd));
  expect([...(await volume.slice(0)).pixels]).toEqual([-1000, 2]);
});
