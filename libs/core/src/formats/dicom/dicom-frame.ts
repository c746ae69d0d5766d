import type { DataSet } from 'dicom-parser';
import type { Vector3 } from '../../contracts/volume.js';
import type { Window } from '../../imaging/window.js';
import { firstNumber, numberValues, textValues } from './attribute-values.js';

/** Where one frame is and how its values are scaled, from the data set or its functional groups (Enhanced CT). */
export interface FramePlane {
  readonly position: Vector3 | undefined;
  readonly rowDirection: Vector3 | undefined;
  readonly columnDirection: Vector3 | undefined;
  /** Millimetres between rows and between columns, in DICOM's order. */
  readonly spacing: { readonly row: number; readonly column: number } | undefined;
  readonly thickness: number | undefined;
  readonly slope: number;
  readonly intercept: number;
  readonly rescaled: boolean;
  /** What is wrong with the scale, for display. */
  readonly repaired: readonly string[];
  /** What distinguishes phases (acquisition, time point, trigger, echo), in the order of {@link phaseNames}. */
  readonly phase: readonly (string | undefined)[];
  readonly windows: readonly Window[];
}

/** The attributes that distinguish phases, for display; see {@link FramePlane.phase}. */
export const phaseNames = [
  'Acquisition Number',
  'Temporal Position',
  'Trigger Time',
  'Cardiac Phase',
  'Echo',
] as const;

/**
 * Reads the planes of all frames. A multi-frame object has functional groups, shared by all frames or for each one (PS3.3
 * C.7.6.16); what they leave out comes from the data set itself.
 */
export function readFramePlanes(dataSet: DataSet, frames: number): FramePlane[] {
  const shared = items(dataSet, 'x52009229')[0];
  const perFrame = items(dataSet, 'x52009230');
  return Array.from({ length: frames }, (_, i) => {
    const groups = [perFrame[i], shared].filter((group) => group !== undefined);
    const group = (tag: string): DataSet =>
      groups.map((g) => items(g, tag)[0]).find((found) => found !== undefined) ?? dataSet;
    const measures = group('x00289110');
    const values = group('x00289145');
    const orientation = numbers(group('x00209116'), 'x00200037', 6);
    const placed = group('x00209113');
    // The position of a plain multi-frame object is that of its first frame.
    const position = i > 0 && placed === dataSet ? undefined : numbers(placed, 'x00200032', 3);
    const spacing = numbers(measures, 'x00280030', 2)?.every((v) => v > 0)
      ? numbers(measures, 'x00280030', 2)
      : undefined;
    const slope = firstNumber(values, 'x00281053');
    const intercept = firstNumber(values, 'x00281052');
    const usable = slope !== undefined && slope !== 0;
    return {
      position: position && [position[0]!, position[1]!, position[2]!],
      ...directions(orientation),
      spacing: spacing && { row: spacing[0]!, column: spacing[1]! },
      thickness: positive(firstNumber(measures, 'x00180050')),
      slope: usable ? slope : 1,
      intercept: intercept ?? 0,
      rescaled: intercept !== undefined || slope !== undefined,
      repaired: scaleRepairs(values),
      phase: readPhase(dataSet, group),
      windows: readWindows(group('x00289132')),
    };
  });
}

/** The values that distinguish phases, from the frame's functional groups or else the data set. */
function readPhase(
  dataSet: DataSet,
  group: (tag: string) => DataSet,
): readonly (string | undefined)[] {
  const content = group('x00209111');
  const cardiac = group('x00189118');
  const first = (set: DataSet, ...tags: string[]) =>
    tags.map((tag) => textOrNumber(set, tag)).find((value) => value !== undefined);
  return [
    first(content, 'x00209156') ?? first(dataSet, 'x00200012'),
    first(content, 'x00209128') ?? first(dataSet, 'x00200100'),
    first(dataSet, 'x00181060'),
    first(cardiac, 'x00209153', 'x00209241'),
    first(dataSet, 'x00180086', 'x00180081'),
  ];
}

/** A value as text, whether the attribute is a string, US, UL or FD. */
function textOrNumber(dataSet: DataSet, tag: string): string | undefined {
  const element = dataSet.elements[tag];
  if (!element || element.length === 0) return undefined;
  if (tag === 'x00209156') return String(dataSet.uint16(tag));
  if (tag === 'x00209128') return String(dataSet.uint32(tag));
  if ((tag === 'x00209153' || tag === 'x00209241') && element.length >= 8)
    return String(dataSet.double(tag));
  const text = dataSet.string(tag)?.trim();
  return text === '' ? undefined : text;
}

/** Rescale values that violate the standard, for display. */
function scaleRepairs(values: DataSet): string[] {
  const repairs: string[] = [];
  for (const [tag, name] of [
    ['x00281053', 'Rescale Slope'],
    ['x00281052', 'Rescale Intercept'],
  ] as const) {
    const written = textValues(values, tag)[0];
    if (written === undefined || written === '') continue;
    const number = firstNumber(values, tag);
    const shown = written.slice(0, 20);
    if (number === undefined) repairs.push(`${name} "${shown}" is not a number and was left out`);
    else if (written.includes(',')) repairs.push(`${name} "${shown}" read as ${number}`);
    else if (number === 0 && tag === 'x00281053') repairs.push('Rescale Slope 0 read as 1');
  }
  return repairs;
}

/** Two orthogonal unit vectors, or undefined: a damaged orientation must not turn the picture. */
function directions(
  orientation: readonly number[] | undefined,
): Pick<FramePlane, 'rowDirection' | 'columnDirection'> {
  if (!orientation) return { rowDirection: undefined, columnDirection: undefined };
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  const row = Math.hypot(a, b, c);
  const column = Math.hypot(d, e, f);
  const cosine = (a * d + b * e + c * f) / (row * column);
  if (!(Math.abs(row - 1) < 0.01 && Math.abs(column - 1) < 0.01 && Math.abs(cosine) < 0.01)) {
    return { rowDirection: undefined, columnDirection: undefined };
  }
  return {
    rowDirection: [a / row, b / row, c / row],
    columnDirection: [d / column, e / column, f / column],
  };
}

/** Window Center and Width, several with their explanations (PS3.3 C.11.2.1.2). */
export function readWindows(dataSet: DataSet): Window[] {
  const centers = numberValues(dataSet, 'x00281050').slice(0, 16);
  const widths = numberValues(dataSet, 'x00281051');
  const explanations = textValues(dataSet, 'x00281055');
  return centers.flatMap((center, i) => {
    const width = widths[i] ?? NaN;
    if (!Number.isFinite(center) || !Number.isFinite(width) || width <= 0) return [];
    const explanation = explanations[i] ?? '';
    const name =
      explanation !== '' ? explanation : centers.length > 1 ? `Header ${i + 1}` : 'Header';
    return [{ center, width, name }];
  });
}

function items(dataSet: DataSet, tag: string): DataSet[] {
  return (dataSet.elements[tag]?.items ?? [])
    .map(({ dataSet: item }) => item)
    .filter((item) => item !== undefined);
}

function numbers(dataSet: DataSet, tag: string, count: number): number[] | undefined {
  const values = numberValues(dataSet, tag).slice(0, count);
  return values.length === count && values.every(Number.isFinite) ? values : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
