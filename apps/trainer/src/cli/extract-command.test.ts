import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '@groundglass/dataset/node';
import { acceptRow, formatReview, parseReview, setPanelLabel } from '@groundglass/papers/review';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bomb,
  caseSeries,
  encrypted,
  paper,
  paperDocument,
  scanned,
  textOnly,
  usualCaption,
  withoutUnicode,
} from '../papers/papers.fixture.js';
import { cli, trainer } from './discs.fixture.js';

let root: string;
const at = (name: string) => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'groundglass-papers-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function folder(
  name: string,
  files: Readonly<Record<string, Promise<Uint8Array> | Uint8Array>>,
): Promise<string> {
  await mkdir(at(name));
  for (const [file, bytes] of Object.entries(files))
    await writeFile(join(at(name), file), await bytes);
  return at(name);
}

/** Exit code and output for the user. */
async function extract(
  ...args: string[]
): Promise<{ code: number; lines: string[]; text: string }> {
  const { code, text } = await trainer('dataset', 'extract', ...args).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: unknown) => {
      const failed = error as { code: number; stdout: string; stderr: string };
      return { code: failed.code, text: failed.stdout + failed.stderr };
    },
  );
  return { code, text, lines: text.split('\n') };
}

describe('dataset extract', () => {
  test('a paper becomes a manifest with names, provenance, metadata and evidence', async () => {
    const from = await folder('one', { 'a.pdf': paper({ doi: '10.1101/2020.02.10.20021584' }) });
    const { code, text } = await extract(from, '--out', at('one-out'));
    expect(code).toBe(0);
    expect(text).toContain('1 of 1 documents, 1 pages, 1 figures, 1 CT slices');
    const { samples } = await readManifest(at('one-out'));
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({
      path: 'images/2020.02.10.20021584-p1-1.jpg',
      label: 'covid',
      document: '10.1101/2020.02.10.20021584',
      patient: '2020.02.10.20021584',
      meta: {
        doi: '10.1101/2020.02.10.20021584',
        page: 1,
        figure: '1',
        pixels: 'embedded',
        caption: usualCaption,
        evidence: 'COVID-19',
        evidenceIn: 'caption',
        decidedBy: 'machine',
        age: 52,
        ageEvidence: '52-year-old',
        sex: 'M',
        time: 'day 6 after symptom onset',
      },
    });
    const { meta } = samples[0]!;
    expect(usualCaption.slice('Figure 1. '.length)).toContain(String(meta!.evidence));
    // Embedded bytes are kept: a JPEG of 320 × 260 at 92.
    const image = await readFile(join(at('one-out'), samples[0]!.path));
    expect([...image.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  test('bad files are reported with file, page, code and advice, and affect only themselves', async () => {
    const whole = await (await paperDocument({ seed: 2 })).save({ useObjectStreams: false });
    const from = await folder('bad', {
      'a-encrypted.pdf': encrypted('secret'),
      'b-owner-only.pdf': encrypted(''),
      'c-truncated.pdf': whole.slice(0, 300),
      'd-cut.pdf': whole.slice(0, whole.length - 400),
      'e-scan.pdf': scanned(),
      'f-script.pdf': paper({ seed: 4, script: 'app.alert("hello"); this.closeDoc();' }),
      'g-no-unicode.pdf': withoutUnicode(),
      'h-text.pdf': textOnly(),
      'i-empty.pdf': new Uint8Array(0),
      'j-letter.pdf': new TextEncoder().encode('Dear editor,'),
      'k-good.pdf': paper({ seed: 5 }),
    });
    const { code, lines } = await extract(from, '--out', at('bad-out'));
    // A file without anything usable.
    expect(code).toBe(1);
    const of = (name: string) =>
      lines.filter((line) => line.startsWith(name) && line.includes('('));
    expect(of('a-encrypted')).toEqual([
      'a-encrypted.pdf: Expected a PDF without a password, it has one (PAPER_ENCRYPTED). Remove the password with the program that set it, then extract again.',
    ]);
    expect(of('b-owner-only')).toEqual([]);
    expect(of('c-truncated')).toEqual([
      'c-truncated.pdf: Expected a whole PDF, its end is missing (PAPER_TRUNCATED). Download the file again; the pages it holds were read.',
    ]);
    expect(of('d-cut')[0]).toContain('(PAPER_TRUNCATED)');
    expect(of('e-scan')).toEqual([
      'e-scan.pdf:1: Expected text on page 1, it is a scan without a text layer (PAPER_SCANNED). Figures are cut from the scan and labelled in review; a text layer (OCR) would give captions.',
    ]);
    expect(of('f-script')[0]).toContain('(PAPER_HAS_SCRIPT)');
    expect(of('g-no-unicode')[0]).toMatch(/^g-no-unicode\.pdf:1: .* \(PAPER_NO_UNICODE\)/);
    expect(of('h-text')[0]).toContain('(PAPER_NO_FIGURES)');
    expect(of('i-empty')[0]).toContain('Expected a PDF, the file is empty (PAPER_NOT_PDF)');
    expect(of('j-letter')[0]).toContain('(PAPER_NOT_PDF)');
    expect(of('k-good')).toEqual([]);
    const { samples } = await readManifest(at('bad-out'));
    expect(samples.map(({ document, label }) => [document, label])).toEqual([
      ['b-owner-only', 'covid'],
      ['d-cut', 'covid'],
      ['e-scan', null],
      ['f-script', 'covid'],
      ['g-no-unicode', 'covid'],
      ['k-good', 'covid'],
    ]);
    const problems = (await readFile(join(at('bad-out'), 'problems.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; code: string; fatal: boolean });
    expect(problems.filter(({ fatal }) => fatal).map(({ file }) => file)).toEqual([
      'a-encrypted.pdf',
      'c-truncated.pdf',
      'i-empty.pdf',
      'j-letter.pdf',
    ]);
  });

  test('a page that inflates beyond the memory limit is abandoned, and the next document is read', async () => {
    const from = await folder('bomb', { 'a-bomb.pdf': bomb(400), 'b-good.pdf': paper() });
    const { lines } = await extract(from, '--out', at('bomb-out'), '--memory', '256');
    expect(lines.filter((line) => line.startsWith('a-bomb.pdf')).join('\n')).toMatch(
      /PAPER_MEMORY|PAPER_TOO_LARGE|PAPER_IMAGE_FAILED|PAPER_PAGE_FAILED/,
    );
    const { samples } = await readManifest(at('bomb-out'));
    expect(samples.map(({ document }) => document)).toContain('b-good');
  });

  test('a document of two thousand pages is read to its end; --max-pages and --seconds report where they stopped', async () => {
    const from = await folder('long', { 'long.pdf': paper({ pagesBefore: 1999 }) });
    const all = await extract(from, '--out', at('long-out'));
    expect(all.text).toContain('1 of 1 documents, 2000 pages, 1 figures, 1 CT slices');
    const some = await extract(from, '--out', at('some-out'), '--max-pages', '50');
    expect(some.text).toContain(
      'long.pdf: Expected at most 50 pages, got 2000: the first 50 are read (PAPER_TOO_LARGE)',
    );
    const short = await extract(from, '--out', at('short-out'), '--seconds', '1');
    expect(short.text).toMatch(/long\.pdf:\d+: Expected at most 1 s .*\(PAPER_TIMEOUT\)/);
  });

  test.each([90, 180, 270] as const)(
    'a page rotated by %i° gives the same picture',
    async (rotation) => {
      const from = await folder(`turn-${rotation}`, { 'turned.pdf': paper({ rotation }) });
      const { text } = await extract(from, '--out', at(`turn-${rotation}-out`));
      expect(text).toContain('1 figures, 1 CT slices');
      const { samples } = await readManifest(at(`turn-${rotation}-out`));
      expect(samples[0]?.meta).toMatchObject({ caption: usualCaption, age: 52 });
    },
  );

  test('Ctrl-C writes finished documents; the next run resumes and reads only the rest', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`${i}.pdf`, paper({ seed: i, pagesBefore: 20 })]),
    );
    const from = await folder('stopped', files);
    const args = ['dataset', 'extract', from, '--out', at('stopped-out'), '--workers', '1'];
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let seen = '';
    const code = await new Promise<number | null>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        const before = seen;
        seen += chunk.toString();
        if (!before.includes('2/5') && seen.includes('2/5')) child.kill('SIGINT');
      });
      child.once('exit', resolve);
    });
    expect(code).toBe(130);
    expect(seen).toContain('Stopped. Run the same command again to continue.');
    const first = await readManifest(at('stopped-out'));
    expect(first.samples.length).toBeGreaterThanOrEqual(2);
    expect(first.samples.length).toBeLessThan(5);
    const again = await extract(from, '--out', at('stopped-out'), '--workers', '1');
    expect(again.code).toBe(0);
    expect(again.lines.filter((line) => line.endsWith('read before'))).toHaveLength(
      first.samples.length,
    );
    expect((await readManifest(at('stopped-out'))).samples).toHaveLength(5);
    // Nothing half done is left.
    expect(
      (await readdir(join(at('stopped-out'), '.extract'))).filter((name) => name.endsWith('.part')),
    ).toEqual([]);
  });

  test('documents of the same name keep separate files, also when one of them comes later', async () => {
    const later = await folder('later', { 'paper.pdf': paper({ seed: 3 }) });
    const sooner = await folder('sooner', { 'paper.pdf': paper({ seed: 6 }) });
    const [a, b] = [join(later, 'paper.pdf'), join(sooner, 'paper.pdf')];
    await extract(a, '--out', at('named-out'));
    await extract(b, a, '--out', at('named-out'));
    const { samples } = await readManifest(at('named-out'));
    expect(samples.map(({ path }) => path).sort()).toEqual([
      'images/paper-2-p1-1.jpg',
      'images/paper-p1-1.jpg',
    ]);
    expect(new Set(samples.map(({ sha256 }) => sha256)).size).toBe(2);
  });

  test('papers that show the same picture, saved again, share a split and name each other', async () => {
    const from = await folder('shared', {
      'a.pdf': paper({ seed: 9 }),
      'b.pdf': paper({ seed: 9, quality: 60 }),
      'c.pdf': paper({ seed: 11 }),
    });
    const { text } = await extract(from, '--out', at('shared-out'));
    expect(text).toContain('1 picture is in two papers, which share a split: a and b');
    const { samples } = await readManifest(at('shared-out'));
    const [a, b] = samples;
    expect(a!.sha256).not.toBe(b!.sha256);
    expect(a!.split).toBe(b!.split);
    expect(b!.meta?.sameAs).toBe(a!.path);
  });

  test('one paper stays whole and cannot train; --whole figure divides it, and train reports the consequence', async () => {
    const captions = Array.from({ length: 10 }, (_, i) =>
      i % 2 === 0
        ? `Chest CT of patient ${i}, with confirmed COVID-19.`
        : `Chest CT of patient ${i}, a healthy control.`,
    );
    const from = await folder('alone', { 'alone.pdf': caseSeries(captions) });
    const out = at('alone-out');
    const whole = await extract(from, '--out', out);
    expect(whole.text).toContain(
      'The validation split has no non-covid and no covid slice: papers are kept whole, and too few have labels. Add papers or review the waiting figures; --whole figure divides within a paper, for a trial',
    );
    const splitsOf = async () => (await readManifest(out)).samples.map(({ split }) => split);
    expect(new Set(await splitsOf())).toEqual(new Set(['train']));
    const refused = (...more: string[]) =>
      trainer('train', '--recipe', 'tiny', '--data', out, '--out', at('alone-run'), ...more).then(
        () => '',
        (error: unknown) => (error as { stderr: string }).stderr,
      );
    expect(await refused()).toContain('"dataset extract … --whole figure" divides a single paper');

    const divided = await extract(from, '--out', out, '--whole', 'figure');
    expect(divided.text).toContain('read before');
    expect(divided.text).not.toContain('validates');
    expect(divided.text).toContain(
      'Figures of one paper are in several splits: train needs --allow-leaks document, and scores then say nothing about new papers',
    );
    const { samples } = await readManifest(out);
    for (const split of ['train', 'val'])
      expect(
        new Set(samples.filter((sample) => sample.split === split).map(({ label }) => label)),
      ).toEqual(new Set(['covid', 'non-covid']));
    // A figure stays whole, and its name says so.
    expect(new Set(samples.map(({ patient }) => patient)).size).toBe(10);
    expect(new Set(samples.map(({ document }) => document)).size).toBe(1);
    expect(await refused()).toMatch(
      /1 document is in more than one split \(10 samples\): "alone" .* or accept them with --allow-leaks document: the scores then say nothing about new patients/,
    );
  });

  test('--accept-above keeps sure labels and a person’s decisions', async () => {
    const from = await folder('sure', {
      'a.pdf': paper({ seed: 1 }),
      'b.pdf': paper({
        seed: 2,
        caption: 'Figure 1. Chest CT of a patient with suspected COVID-19.',
      }),
      'c.pdf': paper({ seed: 3, caption: 'Figure 1. Chest CT of a man.' }),
    });
    const out = at('sure-out');
    await extract(from, '--out', out, '--accept-above', '0.9');
    expect((await readManifest(out)).samples.map(({ document }) => document)).toEqual(['a']);
    const name = join(out, 'papers.review.jsonl');
    const { rows } = parseReview(await readFile(name, 'utf8'));
    const decided = rows.map((row) =>
      row.document.key === 'c' ? acceptRow(setPanelLabel(row, '0', 'negative')) : row,
    );
    await writeFile(name, formatReview(decided));
    await extract(from, '--out', out, '--accept-above', '0.9');
    expect(
      (await readManifest(out)).samples.map(({ document, label, meta }) => [
        document,
        label,
        meta?.decidedBy,
      ]),
    ).toEqual([
      ['a', 'covid', 'machine'],
      ['c', 'non-covid', 'person'],
    ]);
    expect((await extract(from, '--out', out, '--accept-above', '9')).code).toBe(1);
  });
});
