/** A part of a caption that is about some of the figure's panels. */
export interface CaptionPart {
  /** Letters in upper case, or a place: `A`, `LEFT`, `TOP`. */
  readonly letters: readonly string[];
  readonly text: string;
  /** Offsets in the caption. */
  readonly start: number;
  readonly end: number;
}

/** A caption split into parts. */
export interface CaptionParts {
  /** What applies to all panels: the words before the first part. */
  readonly head: string;
  readonly parts: readonly CaptionPart[];
}

interface Marker {
  readonly letters: string[];
  readonly start: number;
  readonly end: number;
}

const place = '(?:far |upper |lower )?(?:left|right|top|bottom|upper|lower|middle|cent(?:er|re))';
const list = '[A-Za-z](?:[-–]?\\d)?(?:\\s*(?:[,&;]|and|–|-|to)\\s*[A-Za-z](?:[-–]?\\d)?)*';
/** `(A)`, `[a, b]`, `(panel A)`, `(Figure 2A)`, `(A, red arrow)`, `(left)`. */
const bracketed = new RegExp(
  `[([]\\s*(?:panels?\\s+|fig(?:ure|\\.)?s?\\s*)?(?:\\d{1,2}(?=[A-Za-z]))?((?:${list})|${place}(?:\\s+(?:panel|row|column|image|side)s?)?)(?:\\s*[,;]\\s*[^()[\\]]{0,30}?\\b(?:arrow(?:head)?s?|windows?|circles?|asterisks?|stars?|box(?:es)?|lines?)\\b[^()[\\]]{0,12})?\\s*[)\\]]`,
  'giu',
);
const capitals = '[A-Z](?:\\s?[–-]\\s?[A-Z]|(?:\\s?,\\s?[A-Z])*(?:\\s?,?\\s?(?:and|&)\\s?[A-Z])?)';
/** `A and B were made on day 2; C was …`, `Panel A depicts …, and panel B depicts …`. */
const spoken = new RegExp(
  `(?:(?<=^|[.;:,]\\s{0,2}|\\band\\s)|\\b(?:[Pp]anels?|[Ii]mages?|[Pp]arts?)\\s+)(${capitals})\\s+(?=(?:was|were|is|are|shows?|showed|depict(?:s|ed)?|demonstrate[sd]?|present(?:s|ed)?|represents?|reveal(?:s|ed)?|indicates?d?|displays?|illustrates?)\\b)`,
  'gu',
);
/** `A, …`, `a – …`, `A: …`, `B. …` at the start of a sentence. */
const bare =
  /(?<=^|[.;:,|]\s{0,2}|\s[–-]\s)([A-Za-z](?:\s?[–-]\s?[A-Za-z]|(?:\s?,\s?|\s?(?:and|&)\s?)[A-Za-z](?=\s*[:.,–]))?)\s?(?:[:.,)]|\s[–-])\s+(?=\S)/gu;
const placed = new RegExp(
  `(?<=^|[.;:,]\\s{0,2})(${place})(?:\\s+(?:panel|row|column|image|side)s?)?\\s*[:,]\\s+`,
  'giu',
);
/** `a) …` */
const halfBracket = /(?<=^|[\s.;:,])([A-Za-z])\)\s+/gu;

/**
 * Splits a caption into its head and its parts: `Chest CT. (A) …; (B, C) …`, `a – …, b – …`, and markers that follow what
 * they name: `a patient (left) and a control (right)`.
 *
 * @param text the caption without its label.
 */
export function captionParts(text: string): CaptionParts {
  const markers = chooseMarkers(text);
  if (markers.length === 0) return { head: text.trim(), parts: [] };
  const first = markers[0]!;
  if (areWithin(text, markers)) return partsAround(text, markers);
  const trailing = isTrailing(text, markers);
  if (trailing) {
    let from = 0;
    const parts = markers.map((marker): CaptionPart => {
      // A marker after its words names everything back to the marker before, or the sentence's beginning.
      const sentence = Math.max(from, text.lastIndexOf('. ', marker.start) + 1);
      const start = Math.max(from, sentence);
      from = marker.end;
      return {
        letters: marker.letters,
        text: clean(text.slice(start, marker.start)),
        start,
        end: marker.start,
      };
    });
    // The text after the last marker in the same clause: "COVID-19 (left) vs CP".
    const rest = text.slice(from);
    const opposite = opposites.get(markers.at(-1)!.letters[0] ?? '');
    if (
      markers.length === 1 &&
      opposite !== undefined &&
      /^\s*(?:vs\.?|versus|and|,|compared)/iu.test(rest)
    ) {
      const end = from + (rest.search(/\.\s|$/u) >= 0 ? rest.search(/\.\s|$/u) : rest.length);
      parts.push({ letters: [opposite], text: clean(text.slice(from, end)), start: from, end });
    }
    // "… on days 2 (a), 5 (b) and 7 (c) after onset": the text around the values applies to all.
    const ends = /^[^.;]*/u.exec(text.slice(from))?.[0] ?? '';
    const tail = parts.length > markers.length ? '' : clean(ends);
    const listed = asValues(parts);
    const lead = listed ? clean(listed.lead) : clean(text.slice(0, parts[0]!.start));
    return { head: `${lead} ${tail}`.trim(), parts: listed?.parts ?? parts };
  }
  const parts = markers.map((marker, i): CaptionPart => {
    const end = markers[i + 1]?.start ?? text.length;
    return {
      letters: marker.letters,
      text: clean(text.slice(marker.end, end)),
      start: marker.end,
      end,
    };
  });
  return { head: clean(text.slice(0, first.start)), parts: joinSame(parts) };
}

/**
 * Letters after the values of a list, each a word or a number: the words before the first value belong to no part.
 *
 * @returns undefined if there are more parts than values.
 */
function asValues(
  parts: readonly CaptionPart[],
): { readonly lead: string; readonly parts: readonly CaptionPart[] } | undefined {
  const [first, ...others] = parts;
  const isValue = ({ text }: CaptionPart): boolean => /^[\p{L}\d-]+$/u.test(text);
  if (!first || others.length === 0 || !others.every(isValue)) return undefined;
  const value = /[\p{L}\d-]+$/u.exec(first.text)?.[0];
  if (value === undefined) return undefined;
  const lead = first.text.slice(0, -value.length);
  // "days 2", "5": a number needs its unit.
  const unit = /\b(day|week|month|hour|patient|case)s?\s*$/iu.exec(lead)?.[1];
  const withUnit = (text: string): string => (unit === undefined ? text : `${unit} ${text}`);
  return {
    lead,
    parts: [
      { ...first, text: withUnit(value), start: first.end - value.length },
      ...others.map((part) => ({ ...part, text: withUnit(part.text) })),
    ],
  };
}

const opposites = new Map([
  ['LEFT', 'RIGHT'],
  ['RIGHT', 'LEFT'],
  ['TOP', 'BOTTOM'],
  ['UPPER', 'LOWER'],
  ['BOTTOM', 'TOP'],
  ['LOWER', 'UPPER'],
]);

function chooseMarkers(text: string): Marker[] {
  const inBrackets = collect(text, bracketed);
  const half = collect(text, halfBracket);
  const plain = collect(text, bare).filter(({ letters }) => letters.every((l) => l.length <= 2));
  const places = collect(text, placed);
  const candidates = [inBrackets, half, plain, places, collect(text, spoken)].map(inOrder);
  return candidates.reduce((best, markers) => (markers.length > best.length ? markers : best), []);
}

/** Keeps markers whose letters are in order: another "(a)" in brackets is an abbreviation. */
function inOrder(markers: readonly Marker[]): Marker[] {
  const seen = new Set<string>();
  const kept: Marker[] = [];
  for (const marker of markers) {
    const isPlace = marker.letters.some((letter) => letter.length > 2);
    const first = marker.letters[0] ?? '';
    if (!isPlace) {
      if (kept.length === 0 && !/^A\d?$/.test(first)) continue;
      const last = kept.at(-1)?.letters.at(-1)?.charCodeAt(0) ?? 64;
      const next = first.charCodeAt(0);
      if (!seen.has(first) && (next < 65 || next > last + 3)) continue;
    }
    for (const letter of marker.letters) seen.add(letter);
    kept.push(marker);
  }
  // One letter alone is no list, unless it names a place.
  const different = new Set(kept.flatMap(({ letters }) => letters));
  if (different.size < 2 && !kept.some(({ letters }) => letters[0]!.length > 2)) return [];
  return kept;
}

function collect(text: string, pattern: RegExp): Marker[] {
  return [...text.matchAll(pattern)].map((match) => ({
    letters: expand(match[1]!),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** `A–D` are four letters, `A, C` two. */
function expand(text: string): string[] {
  const upper = text.toUpperCase().trim();
  if (/^(?:FAR |UPPER |LOWER )?(?:LEFT|RIGHT|TOP|BOTTOM|UPPER|LOWER|MIDDLE|CENT)/.test(upper)) {
    return [
      upper.replace(/\s+(?:PANEL|ROW|COLUMN|IMAGE|SIDE)S?$/, '').replace(/^CENT.*/, 'MIDDLE'),
    ];
  }
  const letters: string[] = [];
  for (const part of upper.split(/\s*(?:[,;&]|AND)\s*/)) {
    const range = /^([A-Z])\s*(?:[-–]|TO)\s*([A-Z])$/.exec(part);
    if (range) {
      const [from, to] = [range[1]!.charCodeAt(0), range[2]!.charCodeAt(0)];
      for (let code = from; code <= to && code < from + 26; code++)
        letters.push(String.fromCharCode(code));
    } else if (part !== '') {
      letters.push(part.replace(/[-–]/, ''));
    }
  }
  return letters;
}

/** Whether markers follow what they name: most are followed by punctuation or "and", and preceded by words. */
function isTrailing(text: string, markers: readonly Marker[]): boolean {
  let votes = 0;
  // The first one decides if the others disagree: "mild (A) and severe (B) COVID-19".
  let first = 0;
  for (const [i, { start, end }] of markers.entries()) {
    const after = text.slice(end).trimStart();
    const before = text.slice(0, start).trimEnd();
    const closes = after === '' || /^(?:[.;,)]|and\b|vs\b|versus\b)/iu.test(after);
    const opens = before === '' || /[.;:|–-]$/u.test(before);
    if (closes && !opens) votes++;
    else if (opens) votes--;
    else if (/^[:\p{Lu}]/u.test(after)) votes--;
    if (i === 0) first = votes;
  }
  return votes > 0 || (votes === 0 && first > 0);
}

/** Whether letters are in the middle of what they name: "opacities (A) on day 1, and consolidation (B) on day 5". */
function areWithin(text: string, markers: readonly Marker[]): boolean {
  return (
    markers.length > 1 &&
    markers.every(({ start, end }) => {
      const [before, after] = [text.slice(0, start).trimEnd(), text.slice(end).trimStart()];
      return (
        /[\p{L}\d%]$/u.test(before) && /^(?:on|at|in|after|before|from|with|of)\b/iu.test(after)
      );
    })
  );
}

/** Cuts between two letters at the clause's end: at "; ", ", and ", or the last comma. */
function partsAround(text: string, markers: readonly Marker[]): CaptionParts {
  const cuts = markers.slice(1).map((marker, i) => {
    const from = markers[i]!.end;
    const between = text.slice(from, marker.start);
    const last = [/[;.]\s(?:and\s)?/giu, /,\s+and\s/giu, /,\s/gu]
      .map((pattern) => [...between.matchAll(pattern)].at(-1))
      .find((match) => match !== undefined);
    return last ? from + last.index + last[0].length : marker.start;
  });
  const begin = Math.max(0, text.lastIndexOf('. ', markers[0]!.start) + 1);
  const parts = markers.map((marker, i): CaptionPart => {
    const [start, end] = [cuts[i - 1] ?? begin, cuts[i] ?? text.length];
    const words = `${text.slice(start, marker.start)} ${text.slice(marker.end, end)}`;
    return { letters: marker.letters, text: clean(words.replace(/\s+/gu, ' ')), start, end };
  });
  return { head: clean(text.slice(0, begin)), parts };
}

/** `(A) … (A) …`: joins what is said about one letter in two places. */
function joinSame(parts: readonly CaptionPart[]): CaptionPart[] {
  const joined: CaptionPart[] = [];
  for (const part of parts) {
    const at = joined.findIndex(({ letters }) => letters.join() === part.letters.join());
    const same = joined[at];
    if (same) joined[at] = { ...same, text: `${same.text} ${part.text}`, end: part.end };
    else joined.push(part);
  }
  return joined;
}

function clean(text: string): string {
  return text
    .replace(/^[\s:;,.–-]+(?:and\s+)?/u, '')
    .replace(/(?:[\s;,–-]|\band)+$/u, '')
    .trim();
}
