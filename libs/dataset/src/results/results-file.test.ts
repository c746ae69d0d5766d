import { expect, test } from 'vitest';
import { parseResults, resultLine, resultsHeaderLine } from '../index.js';

const header = resultsHeaderLine({
  model: { name: 'groundglass', version: '2', sha256: 'a'.repeat(64) },
  labels: ['non-covid', 'covid'],
  positive: 'covid',
  threshold: 0.4,
  manifest: { name: 'mine', path: 'groundglass.dataset.json' },
  time: '2026-01-02T03:04:05Z',
});
const row = {
  path: 'a.png',
  sha256: 'b'.repeat(64),
  label: 'covid',
  withheld: [],
  probability: 0.75,
  lesionFraction: null,
};

test('a results file is read back as written; for a sample that was scored again the last row counts', () => {
  const other = { ...row, path: 'v.nii', slice: 3, probability: 0.25, dice: 0.5 };
  const again = { ...row, probability: 0.5 };
  const text = header + resultLine(row) + resultLine(other) + resultLine(again);
  const { rows, problems, header: read } = parseResults(text);
  expect(problems).toEqual([]);
  expect(read).toMatchObject({ threshold: 0.4, model: { name: 'groundglass' } });
  expect(rows).toEqual([again, other]);
});

test('a row cut off by a kill is skipped, and length says where to continue', () => {
  const text = `${header}${resultLine({ ...row, path: 'ö.png' })}{"path":"b.p`;
  const { rows, problems, length } = parseResults(text);
  expect(rows.map(({ path }) => path)).toEqual(['ö.png']);
  expect(problems).toEqual([]);
  expect(Buffer.from(text).subarray(0, length).toString()).toBe(
    text.slice(0, text.indexOf('{"path":"b')),
  );
});

test('a bad row is a problem with its row number, and the others are read', () => {
  const text = `${header}${resultLine(row)}not JSON\n{"path":"c.png"}\n${resultLine({ ...row, path: 'd.png' })}`;
  const { rows, problems } = parseResults(text, 'x.predictions.jsonl');
  expect(rows.map(({ path }) => path)).toEqual(['a.png', 'd.png']);
  expect(problems.map(({ file, row: at }) => `${file}:${at}`)).toEqual([
    'x.predictions.jsonl:3',
    'x.predictions.jsonl:4',
  ]);
});

test.each([
  ['no results file', '{"path":"a.png"}\n', 'its first row has format: '],
  ['a later version', header.replace('"version":1', '"version":2'), 'says version 2'],
  ['an older version', header.replace('"version":1', '"version":0'), 'says version 0'],
  ['a table', 'path,label\na.png,covid\n', 'its first row is not a JSON object'],
  ['an empty file', '', 'it has no complete row'],
])('%s is refused', (_, text, problem) => {
  expect(() => parseResults(text)).toThrow(/^Expected a results file of version 1: /);
  expect(() => parseResults(text)).toThrow(problem);
});
