/** A path in a text, and the word after it that may be a label. */
export interface ListedPath {
  readonly path: string;
  /** Line, from 0. */
  readonly line: number;
  /** Where the path starts and ends on its line. */
  readonly start: number;
  readonly end: number;
}

const endings = 'png|jpe?g|dcm|dicom|ima|nii\\.gz|nii|mha|mhd';
/** Quoted paths may contain blanks; others end at a blank, a comma or a bracket. */
const quoted = new RegExp(`(["'])((?:(?!\\1).)+?\\.(?:${endings}))\\1`, 'gi');
const plain = new RegExp(`[^\\s"'<>|,;()\\[\\]{}=]+\\.(?:${endings})(?![\\w.%-])`, 'gi');
/** The end of a name, followed by another name. */
const severalNames = new RegExp(`\\.(?:${endings})\\s`, 'i');
/** A list of names: the whole line is one, including blanks. */
const wholeLine = new RegExp(`^\\s*(\\S.*?\\.(?:${endings}))\\s*$`, 'i');

/** Where the plain text of YAML starts on its line: after dashes and a key. */
const beforeYaml = /^\s*(?:-\s+)*(?:[\w-]+:\s+)?(?=[^\s"'[{&*!|>#])/;
const wholeName = new RegExp(`\\.(?:${endings})$`, 'i');

/** Whether a text ends like a picture's name. */
export function endsAsPicture(text: string): boolean {
  return text.length < 4096 && wholeName.test(text) && !/[\n\r]/.test(text);
}

/** Longest line that is parsed: JSON may be on one line of megabytes. */
const longestLine = 20_000;

/**
 * The image paths in one line.
 *
 * @param isYaml whether the text is YAML, where names with blanks need no quotes.
 */
export function pathsOnLine(text: string, line: number, isYaml = false): ListedPath[] {
  if (text.length > longestLine) return [];
  const found: ListedPath[] = [];
  for (const match of text.matchAll(quoted)) {
    const start = match.index + 1;
    found.push({ path: match[2]!, line, start, end: start + match[2]!.length });
  }
  if (found.length > 0) return isYaml ? [...found, ...unquotedOn(text, line)] : found;
  const scalar = isYaml ? (beforeYaml.exec(text)?.[0].length ?? 0) : 0;
  const path = text.slice(scalar).replace(/\s+#.*$|\s+$/, '');
  if (scalar > 0 && endsAsPicture(path) && !/[,;\t"]|: /.test(path))
    return [{ path, line, start: scalar, end: scalar + path.length }];
  const whole = wholeLine.exec(text);
  if (whole && !/[,;\t"]|^- |: /.test(whole[1]!) && !severalNames.test(whole[1]!)) {
    const start = text.indexOf(whole[1]!);
    return [{ path: whole[1]!, line, start, end: start + whole[1]!.length }];
  }
  return plainOn(text, line);
}

function plainOn(text: string, line: number): ListedPath[] {
  return [...text.matchAll(plain)].map(({ 0: path, index: start }) => {
    return { path, line, start, end: start + path.length };
  });
}

/** The paths of a flow list between quoted ones. */
function unquotedOn(text: string, line: number): ListedPath[] {
  return plainOn(
    text.replace(quoted, (match) => ' '.repeat(match.length)),
    line,
  );
}
