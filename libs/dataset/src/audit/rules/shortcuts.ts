import type { Finding } from '@groundglass/core';
import { wilsonInterval } from '@groundglass/metrics';
import type { AuditContext } from '../audit-context.js';

/** An accuracy this much above the largest class's share is a finding. */
const leastGain = 0.08;

/**
 * File properties that reveal the label: predicts the test files by the most frequent label of the training files of the same format,
 * colour mode or size. Without a test split, it predicts the training files.
 */
export function shortcuts(context: AuditContext): Finding[] {
  const rows = context.samples.flatMap(({ label, split }, i) => {
    const facts = context.facts(i);
    return label !== null && facts ? [{ label, split, facts, i }] : [];
  });
  if (new Set(rows.map(({ label }) => label)).size < 2) return [];
  const train = rows.filter(({ split }) => split === 'train');
  const held = rows.filter(({ split }) => split === 'test');
  const [learn, tried, where] =
    train.length > 0 && new Set(held.map(({ label }) => label)).size > 1
      ? [train, held, 'the test split']
      : [rows, rows, 'the files themselves'];
  type Row = (typeof rows)[number];
  const properties: Record<string, { name: string; of: (row: Row) => string }> = {
    'format-tells-label': {
      name: 'File format and colour mode',
      of: ({ facts }) => `${facts.format} ${facts.channels ?? ''} ${facts.depth ?? ''}`,
    },
    'colour-tells-label': {
      name: 'Colour alone',
      of: ({ facts }) => String(facts.channels ?? facts.unit),
    },
    'size-tells-label': {
      name: 'Size in pixels',
      of: ({ facts }) => sizeBin(facts.columns, facts.rows),
    },
  };
  return Object.entries(properties).flatMap(([rule, { name, of }]) => {
    const answers = majorityByKey(learn.map((row) => [of(row), row.label]));
    const fallback = majorityByKey(learn.map(({ label }) => ['', label])).get('')!;
    const right = tried.filter((row) => (answers.get(of(row)) ?? fallback) === row.label).length;
    const largest = tried.filter(
      ({ label }) => label === majorityByKey(tried.map((row) => ['', row.label])).get(''),
    ).length;
    const { lower } = wilsonInterval(right, tried.length);
    const [accuracy, chance] = [right / tried.length, largest / tried.length];
    if (accuracy - chance < leastGain || lower <= chance) return [];
    return [
      context.finding(
        rule,
        'warning',
        `${name} predicts the label of ${percent(accuracy)} of ${where} (${percent(chance)} by always guessing the largest class): a model may learn it instead of the lungs`,
        [],
        {
          accuracy: Number(accuracy.toFixed(4)),
          largestClass: Number(chance.toFixed(4)),
          files: tried.length,
        },
      ),
    ];
  });
}

/** Width and height rounded to the next 2^(1/2): files of one origin share it. */
function sizeBin(columns: number, rows: number): string {
  const step = (value: number) => Math.round(2 * Math.log2(value));
  return `${step(columns)} ${step(rows)}`;
}

function majorityByKey(rows: readonly (readonly [string, string])[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const [key, label] of rows) {
    const labels = counts.get(key) ?? new Map<string, number>();
    labels.set(label, (labels.get(label) ?? 0) + 1);
    counts.set(key, labels);
  }
  return new Map(
    [...counts].map(([key, labels]) => [
      key,
      [...labels].reduce((a, b) => (b[1] > a[1] ? b : a))[0],
    ]),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
