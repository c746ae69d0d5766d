/** Counts of one source or kind. */
export interface CoverageRow {
  readonly name: string;
  /** Whether an answer is expected (`chest`), or none: drawn to choose bounds, drawn to measure, or from elsewhere. */
  readonly use: 'chest' | 'tune' | 'hold out' | 'other';
  readonly pictures: number;
  /** Without a label. */
  readonly withheld: number;
  /** Rejected as not an image. */
  readonly refused: number;
  /** Count of each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

const headings: Readonly<Record<CoverageRow['use'], string>> = {
  chest: 'Chest CT: an answer is due',
  tune: 'Drawn, kinds that the bounds of the look were chosen with',
  'hold out': 'Drawn, kinds that set no bound',
  other: 'Not drawn, pictures that set no bound',
};

/** The rows as Markdown, a table for each use with its total. */
export function coverageTable(
  rows: readonly CoverageRow[],
  { model, sha256 }: { readonly model: string; readonly sha256: string | null },
): string {
  const uses = Object.keys(headings) as CoverageRow['use'][];
  const tables = uses.flatMap((use) => {
    const own = rows.filter((row) => row.use === use);
    if (own.length === 0) return [];
    const lines = [...own, sumOf(own, use)].map(
      ({ name, pictures, withheld, refused, reasons }) =>
        `| ${name} | ${pictures} | ${withheld + refused} | ${share(withheld + refused, pictures)} | ${describe(reasons, refused)} |`,
    );
    return [
      `### ${headings[use]}\n\n| source | pictures | no answer | share | reasons |\n| --- | --: | --: | --: | --- |\n${lines.join('\n')}`,
    ];
  });
  const about = `Model ${model}${sha256 === null ? '' : `, SHA-256 \`${sha256.slice(0, 12)}\``}.`;
  return [about, ...tables].join('\n\n');
}

function sumOf(rows: readonly CoverageRow[], use: CoverageRow['use']): CoverageRow {
  const total = (value: (row: CoverageRow) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0);
  return {
    name: '**all**',
    use,
    pictures: total(({ pictures }) => pictures),
    withheld: total(({ withheld }) => withheld),
    refused: total(({ refused }) => refused),
    reasons: {},
  };
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

function describe(reasons: Readonly<Record<string, number>>, refused: number): string {
  const given = Object.entries(reasons).filter(([, count]) => count > 0);
  const all = refused > 0 ? [...given, ['refused', refused] as const] : given;
  return all.map(([code, count]) => `${code} ${count}`).join(', ');
}
