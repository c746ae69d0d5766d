import { bytesSource, inspectSlice, openVolume } from '@groundglass/core';
import { expect, test } from 'vitest';
import { coverageTable } from './coverage-table.js';
import { nonsenseKinds } from './nonsense-kinds.js';

test('the table counts refused files as without an answer, and sums each part', () => {
  const row = { name: 'black', use: 'tune', pictures: 4, withheld: 3, refused: 0 } as const;
  const table = coverageTable(
    [
      { ...row, reasons: { NO_LUNG: 3, NOT_CT: 0 } },
      { ...row, name: 'broken', withheld: 0, refused: 1, reasons: {} },
    ],
    { model: 'm 1', sha256: 'ab'.repeat(32) },
  );
  expect(table).toContain('Model m 1, SHA-256 `abababababab`.');
  expect(table).toContain('| black | 4 | 3 | 75.0 % | NO_LUNG 3 |');
  expect(table).toContain('| broken | 4 | 1 | 25.0 % | refused 1 |');
  expect(table).toContain('| **all** | 8 | 4 | 50.0 % | refused 1 |');
});

test('every kind is drawn the same from the same seed, and can be opened', async () => {
  const kinds = nonsenseKinds.filter(({ name }) => !name.includes('chest'));
  for (const { name, draw } of kinds) {
    const [first, second] = [await draw(7), await draw(7)];
    expect(Buffer.compare(first.bytes, second.bytes), name).toBe(0);
    const volume = await openVolume(bytesSource(first.bytes));
    expect(volume.sliceCount, name).toBe(1);
  }
}, 60_000);

test.each(['black', 'white', 'head CT, HU', 'legs CT, HU', 'page of text'])(
  'the appearance of a slice alone finds no chest in "%s"',
  async (name) => {
    const kind = nonsenseKinds.find((each) => each.name === name)!;
    const volume = await openVolume(bytesSource((await kind.draw(3)).bytes));
    expect(inspectSlice(await volume.slice(0)).reasons).not.toEqual([]);
  },
);
