/** The start of a line that begins a caption. */
export interface CaptionLabel {
  readonly kind: 'figure' | 'table';
  /** As printed: `3`, `S2`, `IV`; empty if the paper gives none. */
  readonly number: string;
  readonly prefix: 'supplementary' | 'extended-data' | null;
  /** The text between the number and the words. */
  readonly delimiter: '.' | ':' | '|' | '-' | '(' | '';
  /** The characters of label and delimiter. */
  readonly length: number;
  /** Written out with "continued". */
  readonly continued: boolean;
}

const pattern =
  /^(?:(?<supplementary>supp(?:lementary|lemental|l|orting)?\.?(?:\s+information)?|online|appendix)\s*[-–]?\s*|(?<extended>extended\s+data)\s+|(?<electronic>e)(?=fig|table))?(?<kind>fig(?:ure|\.)?s?|scheme|plate|image|abb(?:ildung|\.)|table|tab\.)\s*(?<number>(?:[SAE]\s?\.?\s?)?\d{1,3}(?:[.\-–]\d{1,2})?[A-Za-z]?(?![\p{L}\p{N}])|[IVX]{1,5}(?![\p{L}\p{N}]))?\s*(?<continued>\(?(?:cont(?:inued|'d|\.)?)\)?)?\s*(?<delimiter>[.:|│∣︱]|[-–—](?=\s)|\((?=[A-Za-z](?:\s*(?:[-–—,&]|and|to)\s*[A-Za-z])*\))|)?/iu;

/**
 * Reads the label of a caption at the start of a line.
 *
 * @returns undefined if the line does not begin like one. A label alone does not make a caption: body text begins with
 * "Fig. 8 shows" too.
 */
export function captionLabel(text: string): CaptionLabel | undefined {
  const match = pattern.exec(text);
  if (!match?.groups) return undefined;
  const { kind = '', number = '', supplementary, extended, electronic, continued } = match.groups;
  const mark = match.groups.delimiter ?? '';
  const word = kind.toLowerCase();
  // "figure" as a word of a sentence, or "Image" and "Plate" without a number.
  if (/^(?!e(?:Fig|Table))\p{Ll}/u.test(text)) return undefined;
  if (number === '' && !/^(fig(ure|\.)?)$/i.test(kind)) return undefined;
  if (number === '' && mark === '' && !(word === 'fig.' && /^fig\.\s+\p{Lu}/iu.test(text))) {
    return undefined;
  }
  return {
    kind: word.startsWith('tab') ? 'table' : 'figure',
    number: number.replace(/\s/g, ''),
    prefix:
      (supplementary ?? electronic) !== undefined
        ? 'supplementary'
        : extended !== undefined
          ? 'extended-data'
          : null,
    delimiter: /[|│∣︱]/.test(mark)
      ? '|'
      : /[-–—]/.test(mark)
        ? '-'
        : (mark as '.' | ':' | '(' | ''),
    length: match[0].length - (mark === '(' ? 1 : 0),
    continued: continued !== undefined,
  };
}
