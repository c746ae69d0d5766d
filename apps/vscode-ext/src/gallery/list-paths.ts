/** A path in a text, and the word behind it that may be a label. */
export interface ListedPath {
  readonly path: string;
  /** Line, from 0. */
  readonly line: number;
  /** Where the path starts and ends on its line. */
  readonly start: number;
  readonly end: number;
}

const endings = 'png|jpe?g|dcm|dicom|ima|nii\\.gz|nii|mha|mhd';
/** Quoted paths may hold blanks; others end at a blank, a comma or a bracket. */
const quoted = new RegExp(`(["'])((?:(?!\\1).)+?\\.(?:${endings}))\\1`, 'gi');
const plain = new RegExp(`[^\\s"'<>|,;()\\[\\]{}=]+\\.(?:${endings})(?![\\w.%-])`, 'gi');
/** A list of names: the whole line is one, blanks and all. */
const wholeLine = new RegExp(`^\\s*(\\S.*?\\.(?:${endings}))\\s*$`, 'i');

/** Longest line that is looked at: JSON may stand on one of megabytes. */
const longestLine = 20_000;

/** The image paths that one line names. */
export function pathsOnLine(text: string, line: number): ListedPath[] {
  if (text.length > longestLine) return [];
  const found: ListedPath[] = [];
  for (const match of text.matchAll(quoted)) {
    const start = match.index + 1;
    found.push({ path: match[2]!, line, start, end: start + match[2]!.length });
  }
  if (found.length > 0) return found;
  const whole = wholeLine.exec(text);
  if (whole && !/[,;\t"]|^- |: /.test(whole[1]!)) {
    const start = text.indexOf(whole[1]!);
    return [{ path: whole[1]!, line, start, end: start + whole[1]!.length }];
  }
  for (const match of text.matchAll(plain)) {
    found.push({ path: match[0], line, start: match.index, end: match.index + match[0].length });
  }
  return found;
}
