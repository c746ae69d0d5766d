import type { Warning } from '../../contracts/warning-codes.js';
import type { Vector3 } from '../../contracts/volume.js';
import { cross } from '../../imaging/axial-view.js';
import type { DicomImage } from './dicom-image.js';
import type { FramePlane } from './dicom-frame.js';

/** A frame and its position in the stack. */
export interface StackedFrame {
  readonly image: DicomImage;
  readonly frame: number;
  readonly plane: FramePlane;
}

/** Frames in order, and the vector from one to the next. */
export interface SliceStack {
  readonly frames: StackedFrame[];
  /** Millimetres from a slice's first pixel to the next slice's; undefined for one slice or without positions. */
  readonly step: Vector3 | undefined;
  readonly warnings: readonly Warning[];
}

/** Gaps between slices may differ by this share of their median without a warning. */
const unevenShare = 0.05;
/** Cosine of half a degree: a step that deviates more from the slices' normal is a tilted gantry. */
const uprightCosine = Math.cos((0.5 * Math.PI) / 180);
/** Positions closer than this, in mm, count as equal: no scanner steps by less. */
export const samePosition = 0.01;

/** The frames of images in the order of their instance numbers. */
export function framesOf(images: readonly DicomImage[]): StackedFrame[] {
  return images
    .toSorted((a, b) => a.instanceNumber - b.instanceNumber)
    .flatMap((image) => image.planes.map((plane, frame) => ({ image, frame, plane })));
}

/**
 * Positions of frames along the normal of the first one's plane, in mm; undefined if a frame has no position or no orientation.
 */
export function positionsOf(frames: readonly StackedFrame[]): number[] | undefined {
  const { rowDirection, columnDirection } = frames[0]!.plane;
  if (!rowDirection || !columnDirection) return undefined;
  const normal = cross(rowDirection, columnDirection);
  const positions: number[] = [];
  for (const { plane } of frames) {
    if (!plane.position) return undefined;
    positions.push(dot(plane.position, normal));
  }
  return positions;
}

/**
 * Sorts frames by their position along the normal of their plane, which is right for any orientation, unlike slice location or
 * instance number. Frames without positions keep their order.
 *
 * The gap is the median of the non-zero gaps: a repeated position must not reduce it.
 */
export function sliceStack(unsorted: readonly StackedFrame[]): SliceStack {
  const positions = positionsOf(unsorted);
  if (!positions || unsorted.length < 2)
    return { frames: [...unsorted], step: undefined, warnings: [] };
  const order = positions.map((at, i) => ({ at, frame: unsorted[i]! }));
  order.sort((a, b) => a.at - b.at);
  const frames = order.map(({ frame }) => frame);
  const gaps = order.slice(1).map(({ at }, i) => at - order[i]!.at);
  const real = gaps.filter((gap) => gap > samePosition).sort((a, b) => a - b);
  if (real.length === 0) return { frames, step: undefined, warnings: [{ code: 'UNEVEN_SPACING' }] };
  const median = real[real.length >> 1]!;
  const uneven = gaps.some((gap) => Math.abs(gap - median) > unevenShare * median);
  const first = frames[0]!.plane;
  const last = frames.at(-1)!.plane.position!;
  const from = first.position!;
  const whole: Vector3 = [last[0] - from[0], last[1] - from[1], last[2] - from[2]];
  const length = Math.hypot(...whole);
  const normal = cross(first.rowDirection!, first.columnDirection!);
  const tilted = dot(whole, normal) / length < uprightCosine;
  // Uneven stacks use their median gap: one missing slice must not stretch all the others.
  const scale = (uneven ? median : length / gaps.length) / length;
  return {
    frames,
    step: [whole[0] * scale, whole[1] * scale, whole[2] * scale],
    warnings: [
      ...(uneven ? [unevenWarning(gaps, median)] : []),
      ...(tilted ? [{ code: 'GANTRY_TILT' } as const] : []),
    ],
  };
}

function unevenWarning(gaps: readonly number[], median: number): Warning {
  const [least, most] = [Math.min(...gaps), Math.max(...gaps)].map((gap) => Number(gap.toFixed(3)));
  return {
    code: 'UNEVEN_SPACING',
    detail: `gaps from ${least} to ${most} mm, median ${Number(median.toFixed(3))} mm`,
  };
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
