import { readTable } from '@groundglass/dataset';
import { captionLabel, captionParts, labelPanel, readMetadata } from '@groundglass/papers';
import { readFile } from 'node:fs/promises';

/** Precision and recall of one field against the workbook. */
export interface FieldScore {
  readonly field: string;
  /** Rows whose caption states the workbook's value. */
  stated: number;
  /** Of those, read as the workbook has it. */
  right: number;
  /** Rows where both have a value, and where they agree. */
  both: number;
  agree: number;
}

/** What was measured on the workbook. */
export interface WorkbookScore {
  readonly rows: number;
  readonly withCaption: number;
  /** Captions that name the disease, by the label that was read. All rows of the workbook are positive. */
  readonly labels: Readonly<Record<'positive' | 'negative' | 'unsure', number>>;
  /** The same with a title that names the disease, as every paper of the workbook has. */
  readonly withTitle: Readonly<Record<'positive' | 'negative' | 'unsure', number>>;
  readonly fields: readonly FieldScore[];
}

/** Reads the 349 captions of COVID-CT's workbook and compares labels and metadata with what people typed. */
export async function scoreWorkbook(path: string): Promise<WorkbookScore> {
  const table = await readTable(await readFile(path), 'COVID-CT-MetaInfo.xlsx');
  const labels = { positive: 0, negative: 0, unsure: 0 };
  const withTitle = { positive: 0, negative: 0, unsure: 0 };
  const fields = ['age', 'gender', 'location', 'time'].map((field): FieldScore => ({
    field,
    stated: 0,
    right: 0,
    both: 0,
    agree: 0,
  }));
  let withCaption = 0;
  for (const { cells } of table.rows) {
    const raw = (cells.get('captions') ?? '')
      .trim()
      .replace(/^\[['"]|['"]\]$/g, '')
      .trim();
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
    const read: Record<string, string | undefined> = {
      age: metadata.age?.value.toString(),
      gender: metadata.sex?.value,
      location: metadata.location?.value,
      time: metadata.time?.value,
    };
    for (const score of fields) {
      const wanted = (cells.get(score.field) ?? '').trim();
      const got = read[score.field];
      const agrees = got !== undefined && wanted !== '' && sameValue(score.field, wanted, got);
      if (wanted !== '' && states(score.field, text, wanted)) {
        score.stated++;
        if (agrees) score.right++;
      }
      if (wanted !== '' && got !== undefined) {
        score.both++;
        if (agrees) score.agree++;
      }
    }
  }
  return { rows: table.rows.length, withCaption, labels, withTitle, fields };
}

function sameValue(field: string, wanted: string, got: string): boolean {
  const [a, b] = [wanted.toLowerCase(), got.toLowerCase()];
  if (field === 'age') return Number.parseInt(a, 10) === Number(b);
  if (field === 'gender') return a === b;
  if (field === 'location') return b.split(/,?\s+/).some((word) => a.includes(word));
  const numbers: readonly string[] = b.match(/\d+/g) ?? [];
  return a.includes(b) || (a.match(/\d+/g) ?? []).some((value) => numbers.includes(value));
}

/** Whether a caption says what the workbook has; people typed most of it from the papers' text. */
function states(field: string, text: string, wanted: string): boolean {
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
    default:
      return [...(value.match(/\d+/g) ?? [])].some((number) =>
        new RegExp(`day\\D{0,6}${number}(?!\\d)|(?<!\\d)${number}(?:th|st|nd|rd)? day`).test(lower),
      );
  }
}
