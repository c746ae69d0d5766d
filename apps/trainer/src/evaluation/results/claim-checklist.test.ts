import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderClaimChecklist } from './claim-checklist.js';
import { parsePublication } from './publication.js';

const publication = parsePublication(
  readFileSync(join(import.meta.dirname, '../../../../../docs/results/groundglass-2.json'), 'utf8'),
);

test('the checklist has all 42 items, each with a state and a place', () => {
  const rows = renderClaimChecklist(publication)
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line));
  expect(rows).toHaveLength(42);
  for (const [i, row] of rows.entries())
    expect(row).toMatch(
      new RegExp(
        `^\\| ${i + 1} \\| [^|]+ \\| [^|]+ \\| (done|in part|not done|for the authors) \\| [^|]+ \\|$`,
      ),
    );
});

test('what was not measured is not done', () => {
  const bare = {
    ...publication,
    results: { ...publication.results, datasets: [], robustness: [] },
  };
  const text = renderClaimChecklist(bare);
  expect(text).toMatch(/\| 30 \| evaluation \| robustness \| not done \|/);
  expect(text).toMatch(/\| 32 \| evaluation \| external data \| not done \|/);
  expect(renderClaimChecklist(publication)).toMatch(/\| 32 \|.*\| done \| MosMedData slices/);
});

test('for other datasets it claims nothing beyond their files', () => {
  const [run] = publication.runs;
  const other = {
    ...publication,
    runs: [{ ...run!, inputs: { samples: { mine: { train: 4 } } } }],
  };
  const text = renderClaimChecklist(other);
  expect(text).toMatch(/\| 5 \|.*\| for the authors \|/);
  expect(text).not.toMatch(/published datasets only|caption/);
});
