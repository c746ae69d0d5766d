import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventFile } from './event-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundglass-events-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('scalars are written byte for byte as TensorBoard writes the same events', async () => {
  const file = await EventFile.create(folder, 1_700_000_000_000);
  await file.add(
    3,
    [
      { tag: 'validation/auc', value: 0.875 },
      { tag: 'train/loss', value: NaN },
      { tag: 'train/lr', value: 0.25 },
    ],
    1_700_000_001_500,
  );
  await file.add(300, [{ tag: 'validation/auc', value: 1 }], 1_700_000_002_000);
  await file.add(301, [{ tag: 'validation/auc', value: Infinity }], 1_700_000_003_000);
  await file.close();
  const [name] = await readdir(folder);
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./);
  const bytes = await readFile(join(folder, name!));
  const golden = await readFile(join(import.meta.dirname, 'golden/events.hex'), 'utf8');
  expect(bytes.toString('hex')).toBe(golden.trim());
});
