import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sampleFiles } from './bundled-samples.js';

const samplesFolder = join(import.meta.dirname, '../../../samples');

describe('the bundled samples', () => {
  test('are the output of `npm run phantom -- samples`, byte for byte, and nothing else', async () => {
    const made = await sampleFiles();
    const entries = await readdir(samplesFolder, { recursive: true, withFileTypes: true });
    const bundled = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(bundled.sort()).toEqual(
      [
        ...made.map(({ name }) => join(samplesFolder, name)),
        join(samplesFolder, 'README.md'),
      ].sort(),
    );
    for (const { name, bytes } of made) {
      expect(Buffer.compare(await readFile(join(samplesFolder, name)), bytes), name).toBe(0);
    }
  }, 60_000);

  test('take 3 MB at most', async () => {
    let total = 0;
    for (const name of await readdir(samplesFolder, { recursive: true })) {
      const info = await stat(join(samplesFolder, name));
      if (info.isFile()) total += info.size;
    }
    expect(total).toBeLessThanOrEqual(3e6);
  });
});
