import { places } from './places.js';
import type { Evidence } from './span.js';

/** A value read from the text, and where it was read. */
export interface Read<T> {
  readonly value: T;
  readonly evidence: Evidence;
}

/** What the words say of the patient and the scan; null where they say nothing. */
export interface PanelMetadata {
  /** Years. */
  readonly age: Read<number> | null;
  readonly sex: Read<'M' | 'F'> | null;
  readonly location: Read<string> | null;
  readonly history: Read<string> | null;
  /** When the scan was made, as written: `day 5 after symptom onset`, `January 30, 2020`. */
  readonly time: Read<string> | null;
  readonly severity: Read<
    'mild' | 'moderate' | 'severe' | 'critical' | 'asymptomatic' | 'fatal'
  > | null;
  /** The sentence that describes what the scan shows. */
  readonly report: Read<string> | null;
}

type Source = Evidence['source'];

/** A text to read, and where it stands. */
export interface NamedText {
  readonly source: Source;
  readonly text: string;
}

const numbers: Readonly<Record<string, number>> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};
const tens = Object.keys(numbers).join('|');
const units = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Patterns of an age; the first group is the number. */
const ages = [
  /\b(?<n>\d{1,3})\s*[-–]?\s*(?:years?|yrs?\.?|y\/?o|y)\s*[-–]?\s*(?:old|of[- ]age)?(?=[\s,.;)-]*(?:old|man|woman|male|female|boy|girl|patient|with|who|from|in|and|was|$|[,.;)]))/giu,
  /\b(?:aged?|age of)\s*[:=]?\s*(?<n>\d{1,3})\b(?!\s*[-–to]+\s*\d)/giu,
  /\b(?:male|female|man|woman|boy|girl|[MF])\s*[,/]\s*(?:aged?\s*)?(?<n>\d{1,3})\b(?:\s*(?:years?|y))?/gu,
  /\b(?<n>\d{1,3})\s*[-–]?\s*(?:y\/?o|yo)\b/giu,
  new RegExp(
    `\\b(?<words>(?:${tens})(?:[- ](?:${units.slice(1).join('|')}))?)[- ]years?[- ]olds?\\b`,
    'giu',
  ),
];

const sexes: readonly { readonly value: 'M' | 'F'; readonly pattern: RegExp }[] = [
  {
    value: 'F',
    pattern: /\b(?:female|woman|women|girl|lady|housewife|mother|pregnant|she|her)\b/iu,
  },
  { value: 'M', pattern: /(?<!fe)\b(?:male|man|men|boy|gentleman|father|he|his|him)\b/iu },
];

const dayWords =
  '(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\\d{1,3}(?:st|nd|rd|th)?)';
const months =
  '(?:Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?|July?|Aug(?:ust|\\.)?|Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?)';
const after =
  '(?:\\s+(?:after|from|since|of|post)(?:\\s+(?:the|his|her|initial|first))*\\s+(?:onset(?: of (?:the )?(?:symptoms?|illness|disease))?|symptoms?(?: onset)?|illness(?: onset)?|admission|hospitali[sz]ation|treatment|infection|disease(?: course)?|the course of disease|course of disease|diagnosis|fever))?';
const times = [
  new RegExp(
    `\\b(?:(?:illness|hospital|disease)\\s+)?days?\\s*[-–:]?\\s*\\d{1,3}\\b(?!\\s*(?:mg|cases|patients|/))(?:\\s*(?:,|and|;)\\s*(?:illness|hospital)\\s+day\\s*\\d{1,3})?${after}`,
    'giu',
  ),
  new RegExp(`\\b(?:the\\s+)?${dayWords}\\s+days?\\b${after}`, 'giu'),
  new RegExp(
    `\\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\\d{1,3})\\s+(?:days?|weeks?)\\s+(?:after|before|later|from|since|post)\\b(?:\\s+(?:the\\s+)?[\\p{L}/-]+){0,3}`,
    'giu',
  ),
  new RegExp(`\\b${months}\\s+\\d{1,2}(?:st|nd|rd|th)?(?:\\s*,?\\s*20\\d\\d)?\\b`, 'gu'),
  new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\s+(?:of\\s+)?${months}(?:\\s*,?\\s*20\\d\\d)?\\b`, 'gu'),
  /\b20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b/gu,
  /\b(?:on|at|before|after|prior to)\s+(?:the\s+)?(?:time of\s+)?(?:admission|discharge|symptom onset|treatment|follow-up)\b/giu,
];

const severities: readonly {
  readonly value: NonNullable<PanelMetadata['severity']>['value'];
  readonly pattern: RegExp;
}[] = [
  { value: 'fatal', pattern: /\b(?:died|death|deceased|fatal|non-?surviv\w+)\b/iu },
  {
    value: 'critical',
    pattern: /\b(?:critical(?:ly)?(?:[- ]ill)?|intensive care|ICU|ventilator|intubat\w+|ECMO)\b/iu,
  },
  { value: 'severe', pattern: /\b(?<!non-)severe(?:ly)?\b(?!\s+acute\s+respiratory\s+syndrome)/iu },
  { value: 'moderate', pattern: /\b(?:moderate|common[- ]type|ordinary[- ]type)\b/iu },
  { value: 'mild', pattern: /\b(?:mild(?:ly)?|light[- ]type|non-?severe)\b/iu },
  { value: 'asymptomatic', pattern: /\basymptomatic\b/iu },
];

const history =
  /\b(?:(?:a |with |recent |no |medical |past |previous |travel |smoking |exposure |contact |denied |had )*histor(?:y|ies)\s+of\s+[^.;()]{3,120}|history\s+(?:includ\w+|was|were|with)\s+[^.;()]{3,120}|underlying\s+(?:diseases?|conditions?)[^.;()]{0,100}|comorbidit(?:y|ies)[^.;()]{0,100}|(?:recent\s+)?travel(?:led|ed)?\s+(?:to|from)\s+[^.;(),]{2,60}|(?:close )?contact with\s+[^.;()]{3,80}|hypertension|diabetes(?: mellitus)?|coronary heart disease|pregnan(?:t|cy))/giu;

const findings =
  /\b(?:ground[- ]?glass|GGOs?|consolidations?|opacit(?:y|ies)|crazy[- ]?paving|infiltrat\w+|lesions?|patchy|shadows?|nodul\w+|effusions?|air[- ]?bronchogram|thicken\w+|reticul\w+|fibro\w+|absor(?:bed|ption)|subpleural|bilateral|multifocal|density|densities|honeycomb\w*|unremarkable|exudat\w+|progress\w+|resol(?:ved|ution))/iu;

/**
 * Reads age, sex, place, history, time, severity and report. Texts are given from near to far; the first that states a field
 * decides it, except where one text states several different ones of them: then it is unknown.
 */
export function readMetadata(texts: readonly NamedText[]): PanelMetadata {
  const first = <T>(read: (text: NamedText) => Read<T> | null | undefined): Read<T> | null => {
    for (const text of texts) {
      const found = read(text);
      // Null: the text states several; undefined: it states none.
      if (found === null) return null;
      if (found) return found;
    }
    return null;
  };
  return {
    age: first(readAge),
    sex: first(readSex),
    location: first(readLocation),
    history: first(readHistory),
    time: first(readTime),
    severity: first(readSeverity),
    report: first(readReport),
  };
}

function readAge(named: NamedText): Read<number> | null | undefined {
  const found = ages
    .flatMap((pattern) => [...named.text.matchAll(pattern)])
    .flatMap((match) => {
      const { n, words } = match.groups ?? {};
      const value = n === undefined ? spelled(words ?? '') : Number(n);
      return value > 0 && value <= 110 ? [{ match, value }] : [];
    });
  return only(named, 'age', found);
}

function spelled(words: string): number {
  const [ten = '', unit = ''] = words.toLowerCase().split(/[- ]/);
  return (numbers[ten] ?? 0) + Math.max(0, units.indexOf(unit));
}

function readSex(named: NamedText): Read<'M' | 'F'> | null | undefined {
  const found = sexes.flatMap(({ value, pattern }) => {
    const match = pattern.exec(named.text);
    return match ? [{ match, value }] : [];
  });
  const compact =
    /\b\d{1,3}\s*(?:[-/,]?\s*(?:y(?:ears?)?(?:[- ]old)?|yo))?[,/ ]+([MF])\b|\b([MF])\s*[,/]\s*\d{1,3}\b/u.exec(
      named.text,
    );
  if (found.length === 0 && compact) {
    return only(named, 'sex', [{ match: compact, value: (compact[1] ?? compact[2]) as 'M' | 'F' }]);
  }
  return only(named, 'sex', found);
}

const placePattern = new RegExp(
  `(?<![\\p{L}])(?:${[...places].sort((a, b) => b.length - a.length).join('|')})(?:\\s+(?:[Pp]rovince|[Cc]ity))?(?:,?\\s+(?:${places.slice(0, 60).join('|')}))?(?![\\p{L}-])`,
  'gu',
);

function readLocation(named: NamedText): Read<string> | undefined {
  for (const match of named.text.matchAll(placePattern)) {
    const around = named.text.slice(
      match.index + match[0].length,
      match.index + match[0].length + 30,
    );
    // "The Netherlands Organisation", "Chinese": names of institutions and of tools, and figures made somewhere.
    if (/^\s+(?:Union Hospital|medical systems|Inc|Corporation|Healthcare|software)/iu.test(around))
      continue;
    return toRead(named, 'location', match, match[0]);
  }
  return undefined;
}

function readHistory(named: NamedText): Read<string> | undefined {
  for (const match of named.text.matchAll(history))
    return toRead(named, 'history', match, match[0].trim());
  return undefined;
}

function readTime(named: NamedText): Read<string> | null | undefined {
  const found = times
    .flatMap((pattern) => [...named.text.matchAll(pattern)])
    .map((match) => ({ match, value: match[0].trim() }))
    .sort((a, b) => a.match.index - b.match.index)
    .filter(
      ({ match }, i, all) =>
        !all.slice(0, i).some((other) => other.match.index + other.match[0].length > match.index),
    );
  const days = found.filter(({ value }) => /day|week/iu.test(value));
  const chosen = days.length > 0 ? days : found;
  const firstFound = chosen[0];
  if (!firstFound) return undefined;
  const different = new Set(
    chosen.map(
      ({ value }) => value.toLowerCase().replace(/\D+/g, ' ').trim() || value.toLowerCase(),
    ),
  );
  if (different.size > 1) return null;
  return toRead(named, 'time', firstFound.match, firstFound.value);
}

function readSeverity(named: NamedText): PanelMetadata['severity'] | undefined {
  const found = severities.flatMap(({ value, pattern }) => {
    const match = pattern.exec(named.text);
    return match ? [{ match, value }] : [];
  });
  const best = found[0];
  return best ? toRead(named, 'severity', best.match, best.value) : undefined;
}

function readReport(named: NamedText): Read<string> | undefined {
  for (const match of named.text.matchAll(/[^.;]+(?:\.(?=\d)[^.;]*)*[.;]?/gu)) {
    if (!findings.test(match[0])) continue;
    const value = match[0].trim().replace(/[;.]$/, '');
    if (value.length < 8) continue;
    return toRead(named, 'report', match, value);
  }
  return undefined;
}

interface Candidate<T> {
  readonly match: RegExpMatchArray;
  readonly value: T;
}

/** The only value; null where there are several different ones, undefined where there is none. */
function only<T>(
  named: NamedText,
  rule: string,
  found: readonly Candidate<T>[],
): Read<T> | null | undefined {
  const firstFound = found[0];
  if (!firstFound) return undefined;
  if (new Set(found.map(({ value }) => value)).size > 1) return null;
  return toRead(named, rule, firstFound.match, firstFound.value);
}

function toRead<T>(
  { source }: NamedText,
  rule: string,
  match: RegExpMatchArray,
  value: T,
): Read<T> {
  const start = match.index ?? 0;
  return {
    value,
    evidence: { source, text: match[0].trim(), start, end: start + match[0].length, rule },
  };
}
