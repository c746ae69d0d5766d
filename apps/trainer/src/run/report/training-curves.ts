import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { EpochRecord } from '../run-folder.js';

/** Curves of a run as SVG. */
export interface TrainingCurves {
  /** Training loss and its parts by epoch. */
  readonly loss: string;
  /** AUC, accuracy and Dice on the validation split by epoch. */
  readonly validation: string;
}

/** Okabe and Ito's colours, which people with any colour vision can distinguish. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7'];

const lossNames = new Map([
  ['classification', 'classification'],
  ['segmentation', 'segmentation'],
]);
const validationNames = new Map([
  ['auc', 'AUC'],
  ['accuracy', 'accuracy'],
  ['dice', 'Dice'],
]);

interface Point {
  readonly epoch: number;
  readonly value: number;
  readonly curve: string;
}

/** Draws the curves of a run's epochs; the best epoch is marked by a rule. */
export async function trainingCurves(records: readonly EpochRecord[]): Promise<TrainingCurves> {
  const best = records.findLast((record) => record.best)?.epoch;
  const loss = records.flatMap((record) => [
    { epoch: record.epoch + 1, value: record.trainLoss, curve: 'loss' },
    ...named(record.epoch, record.trainParts, lossNames),
  ]);
  const validation = records.flatMap((record) =>
    named(record.epoch, record.validation, validationNames),
  );
  return {
    loss: await draw(loss, 'training loss', best, false),
    validation: await draw(validation, 'validation', best, true),
  };
}

function named(
  epoch: number,
  values: Readonly<Record<string, number | null>>,
  names: ReadonlyMap<string, string>,
): Point[] {
  return [...names].flatMap(([key, curve]) => {
    const value = values[key];
    return value === null || value === undefined ? [] : [{ epoch: epoch + 1, value, curve }];
  });
}

/** A line for each curve over epochs. */
async function draw(
  points: readonly Point[],
  title: string,
  best: number | undefined,
  share: boolean,
): Promise<string> {
  const specification: TopLevelSpec = {
    width: 560,
    height: 260,
    background: 'white',
    layer: [
      {
        data: { values: [...points] },
        mark: { type: 'line', point: points.length < 300 },
        encoding: {
          x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { tickMinStep: 1 } },
          y: {
            field: 'value',
            type: 'quantitative',
            title,
            scale: share ? { domain: [0, 1] } : { zero: true },
          },
          color: { field: 'curve', type: 'nominal', title: null, scale: { range: colours } },
        },
      },
      ...(best === undefined
        ? []
        : [
            {
              data: { values: [{ epoch: best + 1 }] },
              mark: { type: 'rule' as const, strokeDash: [4, 4], color: '#666666' },
              encoding: { x: { field: 'epoch', type: 'quantitative' as const } },
            },
          ]),
    ],
  };
  const view = new View(parse(compile(specification).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
