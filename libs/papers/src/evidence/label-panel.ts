import type { Evidence } from './span.js';
import { findMentions, type Mention } from './find-mentions.js';
import { restrictions, timeDoubts } from './label-rules.js';

/** The texts that say something about a panel, from near to far. */
export interface PanelTexts {
  /** What the caption says about this panel alone; empty if nothing. */
  readonly subCaption: string;
  /** What it says about all panels. */
  readonly captionHead: string;
  /** The whole caption. */
  readonly caption: string;
  /** Sentences of the text that cite the figure (and this panel). */
  readonly citing: readonly string[];
  readonly title: string;
  readonly abstract: string;
}

/** A label with its evidence. */
export interface LabelVerdict {
  readonly label: 'positive' | 'negative' | 'unsure';
  /** 0–1. */
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
}

/** Confidence of a claim by where it is made. */
const trust = {
  'sub-caption': 0.96,
  caption: 0.94,
  'citing-sentence': 0.8,
  title: 0.62,
  abstract: 0.55,
} as const;
type Source = keyof typeof trust;
/** A paper about detecting a disease shows it, and what it is distinguished from. */
const topicTrust = 0.52;

/**
 * Decides whether the words call a panel positive: its own part of the caption first, then what the caption says about all panels, the
 * sentences that cite the figure, and the title. The nearest text that makes a claim decides; two contradicting claims
 * in one text are unsure.
 */
export function labelPanel(texts: PanelTexts): LabelVerdict {
  const hasPart = texts.subCaption !== '';
  const order: { source: Source; text: string }[] = [
    { source: 'sub-caption', text: texts.subCaption },
    { source: 'caption', text: hasPart ? texts.captionHead : texts.caption },
    ...(hasPart ? [{ source: 'caption' as const, text: sharedTail(texts) }] : []),
    ...texts.citing.map((text) => ({ source: 'citing-sentence' as const, text })),
    { source: 'title', text: texts.title },
    { source: 'abstract', text: texts.abstract },
  ];
  const own = texts.subCaption || texts.caption;
  for (const { source, text } of order) {
    if (text === '') continue;
    const all = findMentions(text);
    const isFar = source === 'title' || source === 'abstract';
    const about = all.find(({ says }) => says === 'topic');
    const spoken = all.filter(({ says }) => says !== 'topic');
    // Said about some unknown panels only: the others differ.
    const isRestricted = ({ end }: Mention): boolean =>
      !isFar && restrictions.test(text.slice(end));
    const mentions = spoken.filter((mention) => !isRestricted(mention));
    if (mentions.length < spoken.length && mentions.length === 0) break;
    if (mentions.length === 0 && isFar && about) {
      return { label: 'positive', confidence: topicTrust, evidence: [evidenceOf(about, source)] };
    }
    if (mentions.length === 0) continue;
    const verdict = weigh(mentions, source, text);
    // Far texts name what the paper is about, and controls as well: they never make a negative.
    if ((source === 'title' || source === 'abstract') && verdict.label !== 'positive') continue;
    if (source === 'citing-sentence' && verdict.label === 'unsure') continue;
    return verdict.label === 'positive'
      ? doubtByTime(verdict, own, hasPart ? 'sub-caption' : 'caption')
      : verdict;
  }
  return { label: 'unsure', confidence: 0, evidence: [] };
}

/** If parts name letters, a caption's last sentence may be about all: definitions, "all patients had COVID-19". */
function sharedTail({ caption }: PanelTexts): string {
  const all = /[^.]*\ball (?:patients|cases|images|panels|subjects)[^.]*\./iu.exec(caption);
  return all?.[0] ?? '';
}

function weigh(mentions: readonly Mention[], source: Source, text: string): LabelVerdict {
  const says = new Set(mentions.map((mention) => mention.says));
  const evidence = mentions.slice(0, 4).map((mention) => evidenceOf(mention, source));
  const abbreviations = definitionsOnly(mentions, text);
  if (says.size === 1 && !abbreviations) {
    const [label] = says;
    return {
      label: asLabel(label!),
      confidence: label === 'unsure' ? 0.5 : trust[source],
      evidence,
    };
  }
  // Definitions of abbreviations at the end ("CP: common pneumonia") say nothing about a panel.
  const spoken = mentions.filter((mention) => !isDefinition(mention, text));
  const spokenSays = new Set(spoken.map((mention) => mention.says));
  if (spoken.length > 0 && spokenSays.size === 1) {
    const [label] = spokenSays;
    return {
      label: asLabel(label!),
      confidence: label === 'unsure' ? 0.5 : trust[source] - 0.02,
      evidence: spoken.slice(0, 4).map((mention) => evidenceOf(mention, source)),
    };
  }
  // A patient with COVID-19 and another disease is positive: "COVID-19 with emphysema".
  const positive = spoken.filter((mention) => mention.says === 'positive');
  const others = spoken.filter((mention) => mention.says !== 'positive');
  const diseases = others.every(
    ({ rule }) => rule.startsWith('other-disease') || rule === 'healthy',
  );
  const first = positive[0];
  if (first && diseases && others.every((other) => withBefore(text, other))) {
    return { label: 'positive', confidence: trust[source] - 0.1, evidence };
  }
  return { label: 'unsure', confidence: 0.5, evidence };
}

function asLabel(says: Mention['says']): LabelVerdict['label'] {
  return says === 'topic' ? 'unsure' : says;
}

function evidenceOf({ text, start, end, rule }: Mention, source: Source): Evidence {
  return { source, text, start, end, rule };
}

function definitionsOnly(mentions: readonly Mention[], text: string): boolean {
  return mentions.every((mention) => isDefinition(mention, text));
}

/** `CP: Common pneumonia`, `COVID-19 = coronavirus disease 2019`, `NCP, novel coronavirus pneumonia`. */
function isDefinition({ start, end, text: words }: Mention, text: string): boolean {
  const before = text.slice(Math.max(0, start - 24), start);
  const after = text.slice(end, end + 24);
  return /(?:\b[A-Z][A-Za-z0-9-]{1,9}|COVID-19)\s*[:=,]\s*$/u.test(before) &&
    /^[A-Za-z]/.test(words)
    ? /^\s*(?:[.;,)]|$)/.test(after)
    : /^\s*[:=]\s*\p{L}/u.test(after) &&
        /^[A-Z0-9-]{2,10}$/.test(words) &&
        /(?:^|[.;,]\s*)$/.test(before);
}

/** Whether the patient has the other disease as well: "with", "and a history of". */
function withBefore(text: string, { start }: Mention): boolean {
  return /\b(?:with|history of|and|underlying|complicated (?:with|by)|combined with)\s+(?:\w+\s+){0,3}$/iu.test(
    text.slice(Math.max(0, start - 60), start),
  );
}

function doubtByTime(verdict: LabelVerdict, text: string, source: Source): LabelVerdict {
  for (const { rule, pattern } of timeDoubts) {
    const match = pattern.exec(text);
    if (!match) continue;
    return {
      label: 'unsure',
      confidence: 0.5,
      evidence: [
        ...verdict.evidence,
        { source, text: match[0], start: match.index, end: match.index + match[0].length, rule },
      ],
    };
  }
  return verdict;
}
