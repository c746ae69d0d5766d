import { escapeHtml, htmlPage } from '../text/html-page.js';
import type { Statistics, StatisticsTable } from './describe-dataset.js';

/** A chart in the grammar of Vega-Lite, without its data's source. */
export interface ChartSpecification {
  readonly name: string;
  readonly title: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00'];

/** The paper's Figures 3 and 4 for every label that has ages or genders. */
export function statisticsCharts({ ages, genders }: Statistics): ChartSpecification[] {
  const ageRows = Object.entries(ages).flatMap(([label, list]) =>
    list.map((age) => ({ label, age })),
  );
  const genderRows = Object.entries(genders).flatMap(([label, counts]) =>
    Object.entries(counts).map(([gender, images]) => ({ label, gender, images })),
  );
  const common = { width: 480, height: 260, background: 'white' };
  return [
    ...(ageRows.length === 0
      ? []
      : [
          {
            name: 'figure-3-age',
            title: 'Figure 3: age distribution',
            spec: {
              ...common,
              data: { values: ageRows },
              mark: { type: 'bar' },
              encoding: {
                x: { field: 'age', bin: { step: 10 }, type: 'quantitative', title: 'age in years' },
                y: { aggregate: 'count', type: 'quantitative', title: 'images' },
                color: { field: 'label', type: 'nominal', scale: { range: colours } },
              },
            },
          },
        ]),
    ...(genderRows.length === 0
      ? []
      : [
          {
            name: 'figure-4-gender',
            title: 'Figure 4: gender ratio',
            spec: {
              ...common,
              width: 260,
              data: { values: genderRows },
              layer: [
                { mark: { type: 'arc', outerRadius: 110 } },
                {
                  mark: { type: 'text', radius: 65, fill: 'white', fontSize: 16 },
                  encoding: { text: { field: 'images' } },
                },
              ],
              encoding: {
                theta: { field: 'images', type: 'quantitative', stack: true },
                color: { field: 'gender', type: 'nominal', scale: { range: colours } },
              },
            },
          },
        ]),
  ];
}

/** The numbers as CSV: key, value, and what the publication states. */
export function statisticsCsv(
  { values }: Statistics,
  published: Readonly<Record<string, number>> = {},
): string {
  const keys = [...new Set([...Object.keys(values), ...Object.keys(published)])];
  const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [
    'key,value,published',
    ...keys.map((key) => [cell(key), values[key] ?? '', published[key] ?? ''].join(',')),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The numbers for a terminal. */
export function statisticsPlain(statistics: Statistics): string {
  return [
    statistics.name,
    ...statistics.tables.map(plainTable),
    ...differenceLines(statistics),
  ].join('\n\n');
}

/** One sentence per number in which publication and data differ. */
export function differenceLines({ citation, agreements, differences }: Statistics): string[] {
  if (agreements.length + differences.length === 0) return [];
  return [
    [
      `${citation ?? 'The publication'} states ${agreements.length + differences.length} numbers; ${agreements.length} match the data.`,
      ...differences.map(
        ({ key, published, data }) =>
          `  ${key}: published ${published}, data ${data ?? 'has none'}`,
      ),
    ].join('\n'),
  ];
}

function plainTable({ title, columns, rows }: StatisticsTable): string {
  const cells = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines].join('\n');
}

/** The statistics as one page. @param charts SVG by the charts' names. */
export function statisticsPage(
  statistics: Statistics,
  charts: readonly { title: string; svg: string }[],
): string {
  const tables = statistics.tables.map(
    ({ title, columns, rows }) => `<h2>${escapeHtml(title)}</h2>
<table><thead><tr>${columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join('')}</tr>`).join('\n')}</tbody></table>`,
  );
  const figures = charts.map(({ title, svg }) => `<div><h2>${escapeHtml(title)}</h2>${svg}</div>`);
  const { agreements, differences, citation } = statistics;
  const compared =
    agreements.length + differences.length === 0
      ? ''
      : `<h2>Publication and data</h2>
<p>${escapeHtml(citation ?? 'The publication')} states ${agreements.length + differences.length} numbers; ${agreements.length} match the data: ${agreements.map((key) => `<code>${escapeHtml(key)}</code>`).join(', ')}.</p>
${differences.length === 0 ? '' : `<table><thead><tr><th scope="col">number</th><th scope="col">published</th><th scope="col">data</th></tr></thead><tbody>${differences.map(({ key, published, data }) => `<tr><td>${escapeHtml(key)}</td><td>${published}</td><td>${data ?? '–'}</td></tr>`).join('')}</tbody></table>`}`;
  return htmlPage(
    `Statistics of ${statistics.name}`,
    `${tables.join('\n')}\n<div class="charts">${figures.join('\n')}</div>\n${compared}`,
  );
}
