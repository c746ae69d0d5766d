import { readTable } from '@groundglass/dataset';
import { captionLabel, captionParts, labelPanel, readMetadata } from '@groundglass/papers';
import { readFile } from 'node:fs/promises';

/** Precision and recall of one field against the workbook. */
export interface FieldScore {
  readonly field: string;
  /** Rows whose caption states the workbook's value. */
  stated: number;
  /** Of those, where something was read, and where it matches the workbook. */
  read: number;
  right: number;
  /** Rows where both have a value, and where they agree. */
  both: number;
  agree: number;
}

/** Results on the workbook. */
export interface WorkbookScore {
  readonly rows: number;
  readonly withCaption: number;
  /** Captions that name the disease, by the extracted label. All rows of the workbook are positive. */
  readonly labels: Readonly<Record<'positive' | 'negative' | 'unsure', number>>;
  /** The same with a title that names the disease, as in every paper of the workbook. */
  readonly withTitle: Readonly<Record<'positive' | 'negative' | 'unsure', number>>;
  readonly fields: readonly FieldScore[];
  /** The same for captions that are in no even row: rules were developed on the even rows only. */
  readonly unseen: readonly FieldScore[];
  /**
   * The time again, for captions with parts: the workbook does not say which panel a row is, so the part with the row's time is
   * used.
   */
  readonly timeOfPart: FieldScore;
}

/** Reads the 349 captions of COVID-CT's workbook and compares labels and metadata with what people typed. */
export async function scoreWorkbook(path: string): Promise<WorkbookScore> {
  const table = await readTable(await readFile(path), 'COVID-CT-MetaInfo.xlsx');
  const labels = { positive: 0, negative: 0, unsure: 0 };
  const withTitle = { positive: 0, negative: 0, unsure: 0 };
  const fields = fieldNames.map(noScore);
  const unseen = fieldNames.map(noScore);
  const timeOfPart = noScore('time');
  const captionOf = (row: (typeof table.rows)[number]): string =>
    (row.cells.get('captions') ?? '')
      .trim()
      .replace(/^\[['"]|['"]\]$/g, '')
      .trim();
  const seen = new Set(table.rows.filter((_, i) => i % 2 === 0).map(captionOf));
  let withCaption = 0;
  for (const row of table.rows) {
    const { cells } = row;
    const raw = captionOf(row);
    if (raw === '') continue;
    withCaption++;
    const label = captionLabel(raw);
    const text = label ? raw.slice(label.length).trim() : raw;
    const texts = {
      subCaption: '',
      captionHead: captionParts(text).head,
      caption: text,
      citing: [],
      abstract: '',
    };
    labels[labelPanel({ ...texts, title: '' }).label]++;
    withTitle[labelPanel({ ...texts, title: 'Chest CT of patients with COVID-19' }).label]++;
    const metadata = readMetadata([{ source: 'caption', text }]);
    const read: Readonly<Record<FieldName, string | undefined>> = {
      age: metadata.age?.value.toString(),
      gender: metadata.sex?.value,
      location: metadata.location?.value,
      time: metadata.time?.value,
      severity: metadata.severity?.value,
      history: metadata.history?.value,
      report: metadata.report?.value,
    };
    const { head, parts } = captionParts(text);
    const time = typed(cells, 'time');
    const part = parts.find((each) => time !== '' && states('time', each.text, time));
    const near = readMetadata([
      ...(part ? [{ source: 'sub-caption' as const, text: part.text }] : []),
      { source: 'caption', text: part ? head : text },
    ]);
    count(timeOfPart, text, time, near.time?.value);
    for (const field of fieldNames) {
      const scores = [fields, ...(seen.has(raw) ? [] : [unseen])].map((list) =>
        list.find((score) => score.field === field)!,
      );
      for (const score of scores) count(score, text, typed(cells, field), read[field]);
    }
  }
  return { rows: table.rows.length, withCaption, labels, withTitle, fields, unseen, timeOfPart };
}

const fieldNames = ['age', 'gender', 'location', 'time', 'severity', 'history', 'report'] as const;
type FieldName = (typeof fieldNames)[number];

const noScore = (field: FieldName): FieldScore => ({
  ...{ field, stated: 0, read: 0, right: 0, both: 0, agree: 0 },
});

function count(score: FieldScore, caption: string, wanted: string, got: string | undefined): void {
  if (wanted === '') return;
  const field = score.field as FieldName;
  const agrees = got !== undefined && sameValue(field, wanted, got);
  if (states(field, caption, wanted)) {
    score.stated++;
    if (got !== undefined) score.read++;
    if (agrees) score.right++;
  }
  if (got !== undefined) {
    score.both++;
    if (agrees) score.agree++;
  }
}

/** Words of a scan's findings. */
const findings =
  /ground|glass|opaci|consolid|lesion|shadow|patch|nodul|effusion|absor|paving|density|fibr|abnormalit/iu;

/**
 * What people typed in a field. The workbook has no column of reports: they are in the column of severity, which holds a grade in
 * only a few rows, and in that of the history.
 */
function typed(cells: ReadonlyMap<string, string>, field: FieldName): string {
  const [severity, history] = ['severity', 'medical history'].map((name) =>
    (cells.get(name) ?? '').trim(),
  ) as [string, string];
  switch (field) {
    case 'severity':
      return grade(severity) ?? '';
    case 'history':
      return findings.test(history) ? '' : history;
    case 'report':
      return [severity, history].find((text) => findings.test(text) && !grade(text)) ?? '';
    case 'age':
    case 'gender':
    case 'location':
    case 'time':
      return (cells.get(field) ?? '').trim();
  }
}

/** A cell that holds only a grade of the disease. */
function grade(cell: string): string | undefined {
  const text = cell.toLowerCase();
  if (text.split(/\s+/).length > 6) return undefined;
  const words: readonly (readonly [string, RegExp])[] = [
    ['fatal', /mortality/],
    ['critical', /^critical/],
    ['severe', /^(?:severe|serious)/],
    ['moderate', /^(?:moderate|common|ordinary)/],
    ['mild', /^(?:mild|light)/],
    ['asymptomatic', /^asymptomatic/],
  ];
  return words.find(([, pattern]) => pattern.test(text))?.[0];
}

/** The share of a text's words of four or more letters that another text also has. */
function shareOfWords(text: string, other: string): number {
  const words = (value: string): Set<string> =>
    new Set(value.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
  const [own, others] = [words(text), words(other)];
  return own.size === 0 ? 0 : [...own].filter((word) => others.has(word)).length / own.size;
}

function sameValue(field: FieldName, wanted: string, got: string): boolean {
  const [a, b] = [wanted.toLowerCase(), got.toLowerCase()];
  if (field === 'age') return Number.parseInt(a, 10) === Number(b);
  if (field === 'gender' || field === 'severity') return a === b;
  // The same sentence, or most of it: people left words out.
  if (field === 'history' || field === 'report') return shareOfWords(a, b) >= 0.6;
  if (field === 'location') return b.split(/,?\s+/).some((word) => a.includes(word));
  const numbers: readonly string[] = b.match(/\d+/g) ?? [];
  return a.includes(b) || (a.match(/\d+/g) ?? []).some((value) => numbers.includes(value));
}

const gradeWords: Readonly<Record<string, RegExp>> = {
  fatal: /\b(?:mortality|died|death|fatal)\b/,
  critical: /\bcritical/,
  severe: /\b(?:severe|serious)/,
  moderate: /\b(?:moderate|common|ordinary)/,
  mild: /\b(?:mild|light)/,
  asymptomatic: /\basymptomatic/,
};

/** Whether a caption states the workbook's value; people typed most of them from the papers' text. */
function states(field: FieldName, text: string, wanted: string): boolean {
  const lower = text.toLowerCase();
  const value = wanted.toLowerCase();
  switch (field) {
    case 'age':
      return new RegExp(
        `(?<!\\d)${Number.parseInt(value, 10)}\\s*[-–]?\\s*(?:years?|y|yo)\\b`,
      ).test(lower);
    case 'gender':
      return value === 'm'
        ? /\b(?:male|man|boy)\b/.test(lower)
        : /\b(?:female|woman|girl)\b/.test(lower);
    case 'location':
      return value.split(/,\s*/).some((word) => word.length > 3 && lower.includes(word.trim()));
    case 'severity':
      return gradeWords[value]!.test(lower);
    case 'history':
    case 'report':
      return shareOfWords(value, lower) >= 0.8;
    case 'time':
      return [...(value.match(/\d+/g) ?? [])].some((number) =>
        new RegExp(`day\\D{0,6}${number}(?!\\d)|(?<!\\d)${number}(?:th|st|nd|rd)? day`).test(lower),
      );
  }
}
