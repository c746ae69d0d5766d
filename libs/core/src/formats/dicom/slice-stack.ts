import type { Warning } from '../../contracts/warning-codes.js';
import type { Vector3 } from '../../contracts/volume.js';
import type { DicomImage } from './dicom-image.js';
import type { FramePlane } from './dicom-frame.js';

/** A frame in its place in the stack. */
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

/** Gaps between slices may differ by this share of their median before it is worth a warning. */
const unevenShare = 0.05;
/** Cosine of half a degree: a step that leans more against the slices' normal is a tilted gantry. */
const uprightCosine = Math.cos((0.5 * Math.PI) / 180);

/**
 * Sorts frames by their position along the normal of their plane, which is right for any orientation, unlike slice location or
 * instance number. Frames without positions keep the order of their instance numbers.
 */
export function sliceStack(images: readonly DicomImage[]): SliceStack {
  const frames: StackedFrame[] = images
    .toSorted((a, b) => a.instanceNumber - b.instanceNumber)
    .flatMap((image) => image.planes.map((plane, frame) => ({ image, frame, plane })));
  const { rowDirection, columnDirection } = frames[0]!.plane;
  const positioned = frames.every(({ plane }) => plane.position !== undefined);
  if (!rowDirection || !columnDirection || !positioned || frames.length < 2) {
    return { frames, step: undefined, warnings: [] };
  }
  const normal: Vector3 = [
    rowDirection[1] * columnDirection[2] - rowDirection[2] * columnDirection[1],
    rowDirection[2] * columnDirection[0] - rowDirection[0] * columnDirection[2],
    rowDirection[0] * columnDirection[1] - rowDirection[1] * columnDirection[0],
  ];
  const along = ({ plane }: StackedFrame) => dot(plane.position!, normal);
  frames.sort((a, b) => along(a) - along(b));
  const gaps = frames.slice(1).map((frame, i) => along(frame) - along(frames[i]!));
  const median = gaps.toSorted((a, b) => a - b)[gaps.length >> 1]!;
  const uneven = median <= 0 || gaps.some((gap) => Math.abs(gap - median) > unevenShare * median);
  const first = frames[0]!.plane.position!;
  const last = frames.at(-1)!.plane.position!;
  const whole: Vector3 = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  const length = Math.hypot(...whole);
  if (length === 0) return { frames, step: undefined, warnings: [{ code: 'UNEVEN_SPACING' }] };
  const tilted = dot(whole, normal) / length < uprightCosine;
  // Uneven stacks are shown with their median gap: one missing slice must not stretch all the others.
  const scale = (uneven && median > 0 ? median : length / gaps.length) / length;
  return {
    frames,
    step: [whole[0] * scale, whole[1] * scale, whole[2] * scale],
    warnings: [
      ...(uneven ? [{ code: 'UNEVEN_SPACING' } as const] : []),
      ...(tilted ? [{ code: 'GANTRY_TILT' } as const] : []),
    ],
  };
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
