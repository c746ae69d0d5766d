import { expect, test } from 'vitest';
import { readCorpus } from './corpus.js';
import { fuzzCore } from './fuzz-core.js';
import { mutate, randomIntegers } from './mutate.js';

test('a case of a seed is always the same damaged file', () => {
  const bytes = Uint8Array.from({ length: 500 }, (_, i) => i % 256);
  const once = mutate(bytes, randomIntegers(42));
  expect(mutate(bytes, randomIntegers(42))).toEqual(once);
  expect(once).not.toEqual(bytes);
});

test('a thousand damaged files over all formats end in slices or coded errors', async () => {
  const corpus = await readCorpus();
  for (const format of ['dicom', 'nifti', 'metaimage', 'pictures']) {
    expect(corpus.some(({ name }) => name.startsWith(`${format}/`))).toBe(true);
  }
  const { failures, outcomes, cases } = await fuzzCore(corpus, { seed: 20_2003, count: 1000 });
  expect(failures.map(({ case: n, corpusFile, reason }) => ({ n, corpusFile, reason }))).toEqual(
    [],
  );
  expect(cases).toBe(1000);
  // Mutations that never reach the decoders would prove nothing: some files must still open, others must not.
  expect(outcomes.get('slice')).toBeGreaterThan(50);
  expect(outcomes.size).toBeGreaterThan(3);
});
