import { reliabilityBins, rocCurve } from '@groundglass/metrics';
import { drawChart } from '../datasets/draw-chart.js';
import { paperRows } from './paper-tables.js';
import type { ReproductionRow } from './result-row.js';

/** Okabe and Ito's colours, which people with any colour vision can distinguish. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];

/** Curves of the reproduced rows as SVG. */
export interface ReproductionCharts {
  readonly roc: string;
  /** Share of COVID among pictures of similar probability. */
  readonly calibration: string;
}

/**
 * ROC curves and reliability diagrams of the rows that have points of their test pictures.
 *
 * @throws {RangeError} if none has.
 */
export async function reproductionCharts(
  rows: readonly ReproductionRow[],
): Promise<ReproductionCharts> {
  const drawn = rows.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) throw new RangeError('Expected a row with the points of its pictures');
  const curves = drawn.map((row) => ({
    curve: `${titleOf(row)}${row.seed === 1 ? '' : `, seed ${row.seed}`}`,
    labels: row.points.map(([label]) => label),
    probabilities: row.points.map(([, probability]) => probability),
  }));
  const roc = curves.flatMap(({ curve, labels, probabilities }) => {
    const { falsePositiveRates, truePositiveRates } = rocCurve(labels, probabilities);
    return Array.from(falsePositiveRates, (x, order) => ({
      curve,
      order,
      x,
      y: truePositiveRates[order]!,
    }));
  });
  const calibration = curves.flatMap(({ curve, labels, probabilities }) =>
    reliabilityBins(labels, probabilities, { bins: 10 }).map(
      ({ meanProbability, positiveFraction, count }, order) => ({
        curve,
        order,
        x: meanProbability,
        y: positiveFraction,
        count,
      }),
    ),
  );
  return {
    roc: await draw(roc, '1 − specificity', 'sensitivity', false),
    calibration: await draw(calibration, 'predicted probability', 'share of COVID-19', true),
  };
}

function titleOf({ row }: ReproductionRow): string {
  return paperRows.find(({ id }) => id === row)?.title ?? row;
}

interface Point {
  readonly curve: string;
  readonly order: number;
  readonly x: number;
  readonly y: number;
}

/** A line for each curve, and the diagonal. */
async function draw(
  points: readonly Point[],
  x: string,
  y: string,
  marked: boolean,
): Promise<string> {
  const axis = (field: string, title: string) => ({
    field,
    type: 'quantitative',
    title,
    scale: { domain: [0, 1] },
  });
  return drawChart({
    name: y,
    title: y,
    spec: {
      width: 360,
      height: 360,
      background: 'white',
      layer: [
        {
          data: {
            values: [
              { x: 0, y: 0 },
              { x: 1, y: 1 },
            ],
          },
          mark: { type: 'line', strokeDash: [4, 4], color: '#999999' },
          encoding: { x: axis('x', x), y: axis('y', y) },
        },
        {
          data: { values: points },
          mark: { type: 'line', point: marked },
          encoding: {
            x: axis('x', x),
            y: axis('y', y),
            order: { field: 'order', type: 'quantitative' },
            color: {
              field: 'curve',
              type: 'nominal',
              title: null,
              sort: null,
              scale: { range: colours },
              legend: { orient: 'bottom', columns: 2, labelLimit: 400 },
            },
          },
        },
      ],
    },
  });
}
