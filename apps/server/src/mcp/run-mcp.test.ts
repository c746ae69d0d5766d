import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng } from '@groundglass/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';

const command = join(import.meta.dirname, '../../bin/groundglass-server.mjs');
const models = join(import.meta.dirname, '../../fixtures/models');
const samples = join(import.meta.dirname, '../../../../samples');

let scratch: string;
let folder: string;
const client = new Client({ name: 'test', version: '1' });

/** Two pictures of patient p1, who is in two splits, and one with a wrong answer. */
async function writeDataset(): Promise<void> {
  const set = join(folder, 'set');
  await mkdir(join(set, 'images'), { recursive: true });
  await copyFile(join(samples, 'covid-slice.png'), join(set, 'images/a.png'));
  await copyFile(join(samples, 'non-covid-slice.png'), join(set, 'images/b.png'));
  const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(
    join(set, 'groundglass.dataset.json'),
    JSON.stringify({
      ...{ format: 'groundglass-dataset', version: 1, name: 'the set', samples: 'samples.jsonl' },
    }),
  );
  await writeFile(
    join(set, 'samples.jsonl'),
    lines([
      { path: 'images/a.png', label: 'covid', split: 'test', patient: 'p1', source: 's' },
      { path: 'images/b.png', label: 'non-covid', split: 'train', patient: 'p1', source: 's' },
    ]),
  );
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'groundglass-mcp-'));
  folder = join(scratch, 'workspace');
  await writeDataset();
  await writeFile(join(scratch, 'outside.png'), await readFile(join(samples, 'covid-slice.png')));
  await symlink(join(scratch, 'outside.png'), join(folder, 'link.png'));
  const black = { columns: 64, rows: 64, channels: 1, data: new Uint8Array(64 * 64) } as const;
  await writeFile(join(folder, 'black.png'), encodePng(black));
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [command, 'mcp', '--with', models, '--folder', folder],
      env: { PATH: process.env.PATH ?? '', HOME: scratch, TMPDIR: scratch },
      stderr: 'inherit',
    }),
  );
});
afterAll(async () => {
  await client.close();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
});

const call = (name: string, input: object) =>
  client.callTool({ name, arguments: { ...input } }) as Promise<CallToolResult>;

/** The first content, parsed as JSON. */
function textOf({ content }: CallToolResult): Record<string, unknown> {
  const [first] = content;
  if (first?.type !== 'text') throw new Error('Expected a text');
  return JSON.parse(first.text) as Record<string, unknown>;
}

test('lists the four tools, of which one writes', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ['groundglass_predict', true],
    ['groundglass_find', true],
    ['groundglass_summarizeDataset', true],
    ['groundglass_audit', false],
  ]);
});

test('predicts a file and returns the slice as a picture', async () => {
  const result = await call('groundglass_predict', { path: 'set/images/a.png' });
  expect(textOf(result)).toMatchObject({
    path: 'set/images/a.png',
    note: 'Research use, not for diagnosis.',
  });
  expect(result.content[1]).toMatchObject({ type: 'image', mimeType: 'image/png' });
});

test('a picture without an answer has neither a label nor a probability', async () => {
  const answer = textOf(await call('groundglass_predict', { path: 'black.png' }));
  expect(answer).toMatchObject({ label: null, probability: null, lesionFraction: null });
  expect(answer.withheld).toContain('NO_LUNG');
});

test.each(['../outside.png', '/etc/hostname', 'link.png', 'missing.png', 'set'])(
  'refuses %s, which is not a file of the workspace',
  async (path) => {
    const result = await call('groundglass_predict', { path });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatchObject({ code: 'CT_READ_FAILED' });
  },
);

test('an audit finds a patient in two splits, and the pictures of that finding', async () => {
  const audit = textOf(await call('groundglass_audit', { dataset: 'set' }));
  expect(audit).toMatchObject({ dataset: 'the set', file: 'set/set.audit.jsonl' });
  const rules = (audit.findings as { rule: string }[]).map(({ rule }) => rule);
  const rule = rules.find((each) => each.includes('patient'))!;
  const found = textOf(await call('groundglass_find', { finding: rule }));
  expect(found.total).toBe(2);
});

test('no answer presents a drawn split or guessed patients as facts', async () => {
  const picture = await readFile(join(samples, 'covid-slice.png'));
  for (const path of ['covid/p1/a.png', 'normal/p2/b.png']) {
    const file = join(folder, 'undivided', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
  }
  const guesses = [
    expect.stringContaining('split of 2 pictures: Groundglass drew it'),
    expect.stringContaining('patient of 2 pictures: it is guessed'),
  ];
  const asked = { dataset: 'undivided' };
  const found = textOf(await call('groundglass_find', asked));
  const guessed = { isSplitDrawn: true, isPatientGuessed: true };
  expect(found).toMatchObject({ total: 2, guesses, pictures: [guessed, guessed] });
  expect(textOf(await call('groundglass_summarizeDataset', asked)).guesses).toEqual(guesses);
  expect(textOf(await call('groundglass_audit', asked)).guesses).toEqual(guesses);
  // This manifest states both.
  const written = textOf(await call('groundglass_summarizeDataset', { dataset: 'set' }));
  expect(written.guesses).toEqual([]);
});

test('summarizes by split, and lists the datasets for a wrong name', async () => {
  const { splits } = textOf(await call('groundglass_summarizeDataset', {}));
  expect(splits).toMatchObject([
    { split: 'test', pictures: 1, patients: 1, scored: 0, auc: null },
    { split: 'train', pictures: 1 },
  ]);
  const wrong = await call('groundglass_summarizeDataset', { dataset: 'other' });
  expect(wrong.isError).toBe(true);
  expect(textOf(wrong).error).toContain('(set');
});
