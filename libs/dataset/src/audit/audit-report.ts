import type { Finding } from '@groundglass/core';
import { counted } from '../text/counted.js';
import { escapeHtml, htmlPage } from '../text/html-page.js';

/** A picture for the report, by the finding's path and slice. */
export type PictureOf = (path: string, slice: number | undefined) => string | undefined;

/** Pictures shown for a finding, and findings of a rule shown in full. */
export const [shownPictures, shownOfRule] = [6, 100] as const;

/** The audit as one self-contained HTML page. @param pictureOf gives data URLs. */
export function auditReport(
  name: string,
  findings: readonly Finding[],
  pictureOf: PictureOf,
): string {
  const rules = new Map<string, Finding[]>();
  for (const finding of findings)
    rules.set(finding.rule, [...(rules.get(finding.rule) ?? []), finding]);
  const summary = [...rules]
    .map(
      ([rule, list]) =>
        `<tr><td><a href="#${escapeHtml(rule)}">${escapeHtml(rule)}</a></td><td class="${list[0]!.severity}">${list[0]!.severity}</td><td>${list.length}</td></tr>`,
    )
    .join('\n');
  const sections = [...rules].map(
    ([
      rule,
      list,
    ]) => `<section id="${escapeHtml(rule)}"><h2>${escapeHtml(rule)} (${list.length})</h2>
${list
  .slice(0, shownOfRule)
  .map((finding) => article(finding, pictureOf))
  .join('\n')}
${list.length > shownOfRule ? `<p>… and ${list.length - shownOfRule} more in the findings file.</p>` : ''}</section>`,
  );
  return htmlPage(
    `Audit of ${name}`,
    `${findings.length === 0 ? '<p>Nothing was found.</p>' : `<table><thead><tr><th scope="col">rule</th><th scope="col">severity</th><th scope="col">findings</th></tr></thead><tbody>${summary}</tbody></table>`}
${sections.join('\n')}`,
  );
}

function article({ severity, message, samples, evidence }: Finding, pictureOf: PictureOf): string {
  const figures = samples.slice(0, shownPictures).flatMap(({ path, slice, line }) => {
    const picture = pictureOf(path, slice);
    return picture === undefined
      ? []
      : [
          `<figure><img loading="lazy" alt="" src="${picture}"><figcaption>${escapeHtml(path)}${slice === undefined ? '' : ` slice ${slice}`}${line === null ? '' : ` (row ${line})`}</figcaption></figure>`,
        ];
  });
  const facts = Object.entries(evidence)
    .map(
      ([key, value]) =>
        `<dt>${escapeHtml(key)}</dt><dd>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value))}</dd>`,
    )
    .join('');
  const more =
    samples.length > shownPictures
      ? `<p>${counted(samples.length, 'sample')}, ${figures.length} shown.</p>`
      : '';
  return `<article><p><strong class="${severity}">${severity}</strong> ${escapeHtml(message)}</p>
${figures.length > 0 ? `<div class="pictures">${figures.join('')}</div>` : ''}${more}${facts === '' ? '' : `<dl>${facts}</dl>`}</article>`;
}
