import { places } from './places.js';
import type { Evidence } from './span.js';

/** A value read from the text, and where it was read. */
export interface Read<T> {
  readonly value: T;
  readonly evidence: Evidence;
}

/** What the words say about the patient and the scan; null if nothing. */
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

/** A text to read, and where it is. */
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

const ordinals =
  'first,second,third,fourth,fifth,sixth,seventh,eighth,ninth,tenth,eleventh,twelfth,thirteenth,fourteenth'.split(
    ',',
  );
const cardinals =
  'one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen'.split(',');
const ordinal = `(?:${ordinals.join('|')}|\\d{1,3}(?:st|nd|rd|th)?)`;
const count = `(?:an?|${cardinals.join('|')}|\\d{1,3}(?:\\s*[-–]\\s*\\d{1,3})?)`;
const months =
  '(?:Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?|July?|Aug(?:ust|\\.)?|Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?)';
const event =
  '(?:onset(?: of (?:the |his |her )?(?:symptoms?|illness|disease|fever))?|symptoms?(?: onset)?|illness(?: onset)?|admission|hospitali[sz]ation|discharge|treatment|therapy|infection|exposure|disease(?: course| onset)?|the course of (?:the )?disease|course of (?:the )?disease|diagnosis|fever|transfusion|intubation|surgery|operation)';
const after = `(?:\\s+(?:after|from|since|of|post|following)(?:\\s+(?:the|his|her|their|initial|first))*\\s+${event})?`;
const times = [
  new RegExp(
    `\\b(?:(?:illness|hospital|disease)\\s+)?days?\\s*[-–:]?\\s*\\d{1,3}(?:\\s*[-–]\\s*\\d{1,3})?\\b(?!\\s*(?:mg|cases|patients|/))(?:\\s*(?:,|and|;)\\s*(?:illness|hospital)\\s+day\\s*\\d{1,3})?${after}`,
    'giu',
  ),
  new RegExp(`\\b(?:the\\s+)?${ordinal}\\s+(?:days?|weeks?)\\b${after}`, 'giu'),
  new RegExp(
    `\\b${count}\\s+(?:days?|weeks?|months?)\\s+(?:after|before|later|from|since|post|following|prior to)\\b(?:\\s+(?:(?:the|his|her)\\s+)?(?!(?:the|an?|in|on|at|with|and|which|there|it|was|were|is|are|shows?|showed|chest|lungs?|CT|scans?)\\b)[\\p{L}/-]+){0,3}`,
    'giu',
  ),
  new RegExp(`\\bafter\\s+${count}\\s+(?:days?|weeks?|months?)\\b(?:\\s+of\\s+\\p{L}+)?`, 'giu'),
  // Days post onset of illness, of infection, of symptoms.
  /\b\d{1,3}\s*d\.?p\.?(?:o\.?[is]?|[is]\.?o?)\b/giu,
  new RegExp(`\\b${months}\\s*\\d{1,2}(?:st|nd|rd|th)?\\b(?:\\s*,?\\s*20\\d\\d)?`, 'gu'),
  new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\s+(?:of\\s+)?${months}(?:\\s*,?\\s*20\\d\\d)?\\b`, 'gu'),
  /\b20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b/gu,
  /\b(?:the\s+)?(?:day\s+of\s+(?:his\s+|her\s+|the\s+)?(?:admission|discharge|onset)|(?:admission|discharge)\s+day)\b/giu,
  /\b(?:on|at|before|after|prior to)\s+(?:the\s+)?(?:time of\s+)?(?:admission|discharge|symptom onset|treatment|follow-up|baseline)\b/giu,
];

/** Words before a time that is not the scan's: a duration, or when something else was done. */
const otherTimes =
  /(?:\b(?:for|within|every|over|lasting|duration of)\s+(?:more than\s+|about\s+|over\s+|at least\s+|the\s+)?(?:past\s+|last\s+)?|\b(?:discharged|died|death|intubated|transfus\w+|treated|tested|swab\w*|pcr|nucleic acid)\b[^.;:]{0,34})$/iu;
/** Words before a time that is the scan's own, if there are others. */
const scanTimes =
  /\b(?:obtained|taken|performed|acquired|done|made|conducted|underwent|scans?|scanned|images?|imaging|CTs?|tomogra\w+)\b[^.;()]{0,30}[(]?$/iu;

type Severity = NonNullable<PanelMetadata['severity']>['value'];
/** Who or what is ill. Mild thickening and a severe artefact say nothing about the patient. */
const ill =
  '(?:patients?|cases?|disease|illness|ill|pneumonia|covid|ncp|infections?|infected|groups?|types?|forms?|conditions?|stages?|courses?|man|woman|male|female|sars|coronavirus|symptoms?)';
const graded: readonly (readonly [Severity, string])[] = [
  ['critical', 'critical(?:ly)?'],
  ['severe', '(?:severe(?:ly)?|serious(?:ly)?)'],
  ['moderate', '(?:moderate(?:ly)?|common|ordinary)'],
  ['mild', '(?:mild(?:ly)?|light|non-?\\s?severe)'],
  ['asymptomatic', 'asymptomatic'],
];
const notAcute = '(?!\\s+acute\\s+respiratory\\s+syndrome)';
const severities: readonly { readonly value: Severity; readonly pattern: RegExp }[] = [
  {
    value: 'fatal',
    pattern: /\b(?:died|death|deceased|fatal|non-?surviv\w+|mortality group)\b/giu,
  },
  {
    value: 'critical',
    pattern:
      /\b(?:intensive care|ICU|ventilator|mechanical(?:ly)? ventilat\w+|intubat\w+|ECMO)\b/giu,
  },
  ...graded.flatMap(([value, grade]) => {
    const word = `(?<!non-?\\s?)\\b${grade}\\b${value === 'severe' ? notAcute : ''}`;
    // "Common pneumonia" is another disease: this grade needs its noun.
    const isCommon = value === 'moderate';
    const own = isCommon ? '(?:moderate(?:ly)?)' : grade;
    return [
      new RegExp(
        isCommon
          ? `\\b(?:moderate(?:ly)?\\b(?:[- ]+[\\p{L}\\d-]+){0,2}?[- ]+${ill}|(?:common|ordinary)[- ]types?)\\b`
          : `${word}(?:[- ]+[\\p{L}\\d-]+){0,2}?[- ]+${ill}\\b`,
        'giu',
      ),
      new RegExp(
        `\\b${ill}\\s*(?:(?:was|were|is|are|of|:|,|being|classified as|rated as)\\s*)+(?:an?\\s+)?(?<!non-?\\s?)${own}\\b${value === 'severe' ? notAcute : ''}(?!\\s+\\p{L}+(?:ing|ity|ities|ion|ions)\\b)`,
        'giu',
      ),
      // The name of a panel: "mild (b), severe (c)".
      new RegExp(`(?<!non-?\\s?)\\b${own}\\s*[([](?:panel\\s+)?[A-Za-z]\\d?[)\\]]`, 'giu'),
    ].map((pattern) => ({ value, pattern }));
  }),
];
const denied = /\b(?:no|not|non|without|excluding|never|nor)[\s-]+(?:\p{L}+\s+)?$/iu;

const history =
  /\b(?:(?:a |with |recent |no |medical |past |previous |travel |smoking |exposure |contact |denied |had )*histor(?:y|ies)\s+of\s+[^.;()]{3,120}|history\s+(?:includ\w+|was|were|with)\s+[^.;()]{3,120}|(?:(?:with|without|had|no)\s+(?:any\s+)?)?underlying\s+(?:diseases?|conditions?|illness\w*)[^.;()]{0,100}|(?:previously|otherwise)\s+healthy|comorbidit(?:y|ies)[^.;()]{0,100}|(?:recent\s+)?travel(?:led|ed)?\s+(?:to|from)\s+[^.;(),]{2,60}|(?:return(?:ed|ing)|came back)\s+from\s+[^.;(),]{2,60}|(?:close )?contact with\s+[^.;()]{3,80}|(?:exposed|exposure)\s+to\s+[^.;()]{3,80}|(?<!pulmonary |portal |arterial )hypertension|diabet(?:es(?: mellitus)?|ic)|coronary (?:heart|artery) disease|chronic (?:kidney|renal|liver) disease|chronic obstructive pulmonary disease|COPD|obes(?:e|ity)|(?:ex-|current |former )?smokers?|pregnan(?:t|cy))/giu;

const findings =
  /\b(?:ground[- ]?glass|GGOs?|consolidations?|opacit(?:y|ies)|crazy[- ]?paving|infiltrat\w+|lesions?|patchy|shadows?|nodul\w+|effusions?|air[- ]?bronchogram|thicken\w+|reticul\w+|fibro\w+|absor(?:bed|ption)|subpleural|bilateral|multifocal|density|densities|honeycomb\w*|unremarkable|exudat\w+|progress\w+|resol(?:ved|ution))/iu;

/**
 * Reads age, sex, place, history, time, severity and report. Texts are given from near to far; the first that states a field
 * decides it. If one text states several different values for it, it is unknown.
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
  const { text } = named;
  const before = ({ match }: Candidate<string>): string =>
    text.slice(Math.max(0, match.index! - 60), match.index);
  const found = times
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match): Candidate<string> => ({ match, value: match[0].trim() }))
    // Of two that begin in one place the longer one says more.
    .sort((a, b) => a.match.index! - b.match.index! || b.value.length - a.value.length);
  const apart: Candidate<string>[] = [];
  for (const candidate of found) {
    const last = apart.at(-1);
    if (last && last.match.index! + last.match[0].length > candidate.match.index!) continue;
    apart.push(candidate);
  }
  const own = apart.filter((candidate) => !otherTimes.test(before(candidate)));
  const isOfDays = ({ value }: Candidate<string>): boolean => /day|week|month|\d\s*d/iu.test(value);
  // "On admission (day 6 of illness)" is one time in two ways; days say more.
  const groups: Candidate<string>[][] = [];
  for (const candidate of own) {
    const last = groups.at(-1)?.at(-1);
    const end = last ? last.match.index! + last.match[0].length : 0;
    if (last && /^[\s(,]*$/u.test(text.slice(end, candidate.match.index))) {
      groups.at(-1)!.push(candidate);
    } else groups.push([candidate]);
  }
  const best = groups.map(
    (group) =>
      group.find((c) => isOfDays(c) && /\d/.test(c.value)) ?? group.find(isOfDays) ?? group[0]!,
  );
  const isScan = (candidate: Candidate<string>): boolean => {
    const group = groups.find((members) => members.includes(candidate));
    return scanTimes.test(before(group?.[0] ?? candidate));
  };
  const days = best.filter(isOfDays);
  const chosen = days.length > 0 ? days : best;
  const single = (some: readonly Candidate<string>[]): Candidate<string> | undefined =>
    new Set(some.map(({ value }) => plainTime(value))).size === 1 ? some[0] : undefined;
  const read = single(chosen) ?? single(chosen.filter(isScan));
  if (read) return toRead(named, 'time', read.match, read.value);
  return chosen.length === 0 ? undefined : null;
}

/** The number in a time, or its words if it has none. */
function plainTime(value: string): string {
  const text = value.toLowerCase();
  const digits = text.replace(/\D+/g, ' ').trim();
  if (digits !== '') return digits;
  const at = [ordinals, cardinals]
    .map((list) => list.findIndex((word) => new RegExp(`\\b${word}\\b`, 'u').test(text)))
    .find((place) => place >= 0);
  return at === undefined ? text : String(at + 1);
}

/** The one grade that the text states; null if it states several. A severe case that became critical, or died, is that. */
function readSeverity(named: NamedText): PanelMetadata['severity'] | undefined {
  const found = severities.flatMap(({ value, pattern }) =>
    [...named.text.matchAll(pattern)]
      .filter((match) => !denied.test(named.text.slice(Math.max(0, match.index - 30), match.index)))
      .map((match): Candidate<Severity> => ({ match, value })),
  );
  const worst = (['fatal', 'critical'] as const).find((grade) =>
    found.some(({ value }) => value === grade),
  );
  const isCourse = found.every(({ value }) => ['severe', 'critical', 'fatal'].includes(value));
  return only(
    named,
    'severity',
    worst && isCourse ? found.filter(({ value }) => value === worst) : found,
  );
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

/** The only value; null if there are several different ones, undefined if there is none. */
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
