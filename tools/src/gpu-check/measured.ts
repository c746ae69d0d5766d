/** Results of one child process on one provider. Written as a line of JSON after each part, so that a timeout loses only the rest. */
export interface Measured {
  /** Device that computed a matrix product correctly; null if its name is unknown. */
  readonly device?: string | null;
  /** Losses of ten steps of the small joint model. */
  readonly losses?: readonly number[];
  /** Seconds of each step of DenseNet-169, without the first. */
  readonly denseNetSeconds?: readonly number[];
  /** Why a part has no result. */
  readonly problem?: string;
}

/** A row of the table: a provider of ONNX Runtime, or PyTorch. */
export interface Row extends Measured {
  readonly name: string;
}

/** Images of a step of DenseNet-169, at 224×224. */
export const denseNetBatch = 8;

/** Limit of the difference of losses: providers round differently, and ten steps enlarge that. */
export const lossTolerance = 1e-3;

/** Largest difference of losses from those of the reference; null if either has none. */
export function lossDifference(row: Measured, reference: Measured): number | null {
  const { losses } = row;
  const expected = reference.losses;
  if (!losses || !expected) return null;
  if (losses.length !== expected.length) return Infinity;
  return Math.max(
    ...losses.map((loss, i) => {
      const difference = Math.abs(loss - expected[i]!);
      return Number.isNaN(difference) ? Infinity : difference;
    }),
  );
}

/** The rows as a table in Markdown. The first is the reference of losses. */
export function markdownTable(rows: readonly Row[]): string {
  const [reference] = rows;
  const lines = rows.map((row) => {
    const difference = reference === row ? null : lossDifference(row, reference ?? {});
    const cells = [
      row.name,
      row.device ?? '—',
      difference === null ? '—' : difference.toExponential(1),
      imagesPerSecond(row.denseNetSeconds),
      row.problem ?? '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| engine | device | losses, largest difference | DenseNet-169, images/s | problem |',
    '| --- | --- | ---: | ---: | --- |',
    ...lines,
  ].join('\n');
}

function imagesPerSecond(seconds: readonly number[] = []): string {
  if (seconds.length === 0) return '—';
  const sorted = seconds.toSorted((a, b) => a - b);
  return (denseNetBatch / sorted[Math.floor(sorted.length / 2)]!).toFixed(2);
}
