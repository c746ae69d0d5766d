import { fillIn } from '../strings.js';
import type { GalleryStrings } from './gallery-strings.js';
import { nameOf, outcomeName } from './gallery-model.js';
import { outcomeOf } from './outcomes.js';
import { numberAt, wordAt } from './packed-rows.js';
import type { RowStore } from './row-store.js';
import { confusionTable, summarizeScores, type Share } from './score-summary.js';
import { sortRows } from './sort-rows.js';

/** Pictures that a report lists. */
const mostPictures = 50;

/** Input of a report; `charts` are SVG documents, `pictures` are PNGs as data URLs by row. */
export interface ReportParts {
  readonly store: RowStore;
  readonly rows: Uint32Array;
  readonly threshold: number | null;
  readonly strings: GalleryStrings;
  readonly charts: readonly string[];
  readonly pictures: ReadonlyMap<number, string>;
  readonly time: Date;
}

/** A self-contained page: no script, nothing loaded. */
export function reportHtml({
  store,
  rows,
  threshold,
  strings,
  charts,
  pictures,
  time,
}: ReportParts): string {
  const summary = summarizeScores(store, rows, threshold);
  const { facts } = store;
  const title = fillIn(strings.reportTitle, facts.title);
  const share = ({ hits, total, interval }: Share) =>
    total === 0
      ? ''
      : `${((100 * hits) / total).toFixed(1)} % (${fillIn(strings.ofTotal, hits, total)}; ${fillIn(
          strings.interval,
          (interval!.lower * 100).toFixed(1),
          (interval!.upper * 100).toFixed(1),
        )})`;
  const numbers: [string, string][] = [
    [strings.answered, String(summary.answered)],
    [strings.withheldCount, String(summary.withheld)],
    [strings.failedCount, String(summary.failed)],
    [strings.notScoredCount, String(summary.unscored)],
    [strings.unlabelled, String(summary.unlabelled)],
    [strings.accuracy, share(summary.accuracy)],
    [strings.sensitivity, share(summary.sensitivity)],
    [strings.specificity, share(summary.specificity)],
    [
      strings.auc,
      summary.auc
        ? `${summary.auc.auc.toFixed(3)} (${fillIn(strings.interval, summary.auc.lower.toFixed(3), summary.auc.upper.toFixed(3))})`
        : '',
    ],
    ...facts.baselines.map(({ name, split, accuracy, auc }): [string, string] => [
      fillIn(strings.baseline, split === null ? name : `${name}, ${split}`),
      [
        accuracy === null ? '' : `${(accuracy * 100).toFixed(1)} %`,
        auc === null ? '' : `${strings.auc} ${auc.toFixed(3)}`,
      ]
        .filter(Boolean)
        .join(', '),
    ]),
  ];
  const { labels, outcomes, counts } = confusionTable(store, rows, threshold);
  const wrong = sortRows(store, rows, { key: 'error', descending: true }).slice(0, mostPictures);
  const outcomeCodes = store.outcomes(threshold);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin-block: 1rem; }
th, td { border: 1px solid color-mix(in srgb, currentColor 30%, transparent); padding: 0.3rem 0.7rem; text-align: start; }
img { inline-size: 8rem; display: block; }
svg { max-inline-size: 100%; --accent: #0b6e7f; --text: currentColor; }
</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p><strong>${escape(strings.researchUse)}</strong></p>
<p>${escape(fillIn(strings.reportMade, time.toISOString(), facts.model?.name ?? strings.none))}</p>
${facts.notes.map((note) => `<p>${escape(note)}</p>`).join('\n')}
<h2>${escape(strings.scores)}</h2>
<p>${escape(fillIn(strings.ofShown, rows.length))}</p>
<table>${numbers
    .filter(([, value]) => value !== '' && value !== '0')
    .map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`)
    .join('')}</table>
<h2>${escape(strings.matrix)}</h2>
<table><tr><td></td>${outcomes
    .map((outcome) => `<th>${escape(outcomeName(strings, outcome))}</th>`)
    .join('')}</tr>${labels
    .map(
      (label, line) =>
        `<tr><th>${escape(label ?? strings.unknown)}</th>${counts[line]!.map((count) => `<td>${count}</td>`).join('')}</tr>`,
    )
    .join('')}</table>
${charts.join('\n')}
<h2>${escape(strings.reportMostWrong)}</h2>
<table><tr><th></th><th>${escape(strings.columnName)}</th><th>${escape(strings.columnLabel)}</th><th>${escape(strings.columnAnswer)}</th><th>${escape(strings.columnProbability)}</th></tr>${Array.from(
    wrong,
    (row) => {
      const picture = pictures.get(row);
      return `<tr><td>${picture === undefined ? '' : `<img alt="" src="${escape(picture)}">`}</td><td>${escape(nameOf(store, row))}</td><td>${escape(
        wordAt(store.rows.label, row) ?? strings.unknown,
      )}</td><td>${escape(outcomeName(strings, outcomeOf(outcomeCodes, row)))}</td><td>${numberAt(store.rows.result.probability, row)?.toFixed(3) ?? ''}</td></tr>`;
    },
  ).join('')}</table>
</body>
</html>
`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
