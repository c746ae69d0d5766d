/** One picture of a gallery: the dataset's facts about it and a model's result. Unknown is null. */
export interface GalleryRow {
  /** Relative to the dataset's folder, with forward slashes. */
  readonly path: string;
  /** Index of the slice if `path` is a volume. */
  readonly slice: number | null;
  /** The known label. */
  readonly label: string | null;
  readonly split: string | null;
  readonly patient: string | null;
  readonly source: string | null;
  readonly document: string | null;
  /** Format by content, such as `png`. */
  readonly format: string | null;
  /** Rules of the audit that name this picture. */
  readonly findings: readonly string[];
  /** The model's answer; null if it was not scored. */
  readonly result: GalleryResult | null;
  /** The answer in the compared results file. */
  readonly second: GalleryResult | null;
}

/** One results file's row for one picture. */
export interface GalleryResult {
  /** The verdict; null if it was withheld or scoring failed. */
  readonly label: string | null;
  readonly withheld: readonly string[];
  readonly probability: number | null;
  readonly lesionFraction: number | null;
  readonly dice: number | null;
  /** Why scoring failed; null if it did not. */
  readonly error: string | null;
}

/** A column of words: each word once, and for each row the index of its word, -1 if there is none. */
export interface PackedWords {
  readonly words: readonly string[];
  readonly codes: Int32Array;
}

/** Results by column; NaN if a number is unknown. */
export interface PackedResults {
  /** 0 not scored, 1 scored, 2 failed. */
  readonly state: Uint8Array;
  readonly label: PackedWords;
  /** Codes of one row are joined by spaces. */
  readonly withheld: PackedWords;
  readonly error: PackedWords;
  readonly probability: Float64Array;
  readonly lesionFraction: Float64Array;
  readonly dice: Float64Array;
}

/** Rows by column: 100,000 of them can be posted to a page in little time, and filtered without an object per row. */
export interface PackedRows {
  readonly count: number;
  readonly path: readonly string[];
  /** -1 if the path is a picture. */
  readonly slice: Int32Array;
  readonly label: PackedWords;
  readonly split: PackedWords;
  readonly patient: PackedWords;
  readonly source: PackedWords;
  readonly document: PackedWords;
  readonly format: PackedWords;
  /** Rules of one row are joined by spaces. */
  readonly findings: PackedWords;
  readonly result: PackedResults;
  readonly second: PackedResults | null;
}

/** States of {@link PackedResults}. */
export const notScored = 0;
export const scored = 1;
export const failed = 2;

/** Packs rows by column. @param isComparing whether `second` is kept. */
export function packRows(rows: readonly GalleryRow[], isComparing = false): PackedRows {
  const words = (of: (row: GalleryRow) => string | null) => packWords(rows, of);
  return {
    count: rows.length,
    path: rows.map(({ path }) => path),
    slice: Int32Array.from(rows, ({ slice }) => slice ?? -1),
    label: words(({ label }) => label),
    split: words(({ split }) => split),
    patient: words(({ patient }) => patient),
    source: words(({ source }) => source),
    document: words(({ document }) => document),
    format: words(({ format }) => format),
    findings: words(({ findings }) => joined(findings)),
    result: packResults(rows.map(({ result }) => result)),
    second: isComparing ? packResults(rows.map(({ second }) => second)) : null,
  };
}

function packResults(results: readonly (GalleryResult | null)[]): PackedResults {
  const numbers = (of: (result: GalleryResult) => number | null) =>
    Float64Array.from(results, (result) => (result ? (of(result) ?? NaN) : NaN));
  return {
    state: Uint8Array.from(results, (result) =>
      result === null ? notScored : result.error === null ? scored : failed,
    ),
    label: packWords(results, (result) => result?.label ?? null),
    withheld: packWords(results, (result) => (result ? joined(result.withheld) : null)),
    error: packWords(results, (result) => result?.error ?? null),
    probability: numbers(({ probability }) => probability),
    lesionFraction: numbers(({ lesionFraction }) => lesionFraction),
    dice: numbers(({ dice }) => dice),
  };
}

function packWords<T>(rows: readonly T[], of: (row: T) => string | null): PackedWords {
  const words: string[] = [];
  const known = new Map<string, number>();
  const codes = new Int32Array(rows.length).fill(-1);
  for (let row = 0; row < rows.length; row++) {
    const word = of(rows[row]!);
    if (word === null) continue;
    let code = known.get(word);
    if (code === undefined) {
      code = words.push(word) - 1;
      known.set(word, code);
    }
    codes[row] = code;
  }
  return { words, codes };
}

function joined(words: readonly string[]): string | null {
  return words.length === 0 ? null : words.join(' ');
}

/** The word of a row; null if there is none. */
export function wordAt({ words, codes }: PackedWords, row: number): string | null {
  return words[codes[row]!] ?? null;
}

/** `NaN` as null. */
export function numberAt(column: Float64Array, row: number): number | null {
  const value = column[row]!;
  return Number.isNaN(value) ? null : value;
}
