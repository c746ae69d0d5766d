import type { EncodedMask, SlicePrediction } from '../contracts/prediction.js';
import type { CtSlice } from '../contracts/volume.js';
import type { WithheldCode } from '../contracts/withheld-codes.js';
import { CtError } from '../errors.js';
import type { Box } from '../imaging/bounding-box.js';
import type { PictureSize } from '../imaging/resample.js';
import {
  countOverlap,
  lesionFraction,
  lesionCounts,
  type LesionCounts,
  type Overlap,
} from '../masks/lesion-fraction.js';
import { encodeMask } from '../masks/encoded-mask.js';
import { placeMask } from '../masks/place-mask.js';
import { inspectSlice, type SliceInspection } from './inspect-slice.js';

/** Lesion probability from which a pixel counts towards the lesion fraction. */
const lesionThreshold = 0.5;
/** A mask that covers more than this share of the slice is not of lesions: even white lungs leave the chest wall free. */
const mostLesion = 0.5;
/** Lesions of more than this share of the slice must be in or near the lungs; smaller ones may be anything. */
const smallLesion = 0.02;
/** Share of the lesion that must be in the segmented lungs, which miss consolidations. */
const leastInLung = 0.1;

/** A model's answer for one slice. */
export interface SliceOutputs {
  /** Of the positive label. */
  readonly probability: number;
  /** `rows * columns` lesion probabilities over the part of the slice that the model saw. */
  readonly mask: Float32Array;
  readonly maskSize: PictureSize;
  /** Distance from the training data, 1 being the bound; null if the model does not report it. */
  readonly distance: number | null;
}

/** What a slice's prediction contains apart from its scores. */
export interface SliceExtras {
  /** Whether it includes the mask. */
  readonly withMask: boolean;
  /** Name of the slice's own file, if the volume is made of several. */
  readonly file?: string | undefined;
  /** Result of `inspectSlice` if already known, as when it ran alongside the model; computed now unless given. */
  readonly inspection?: SliceInspection | undefined;
}

/** What follows from a slice and the model's answer; volumes are aggregated from these. */
export interface SliceScore {
  readonly slice: SlicePrediction;
  readonly counts: LesionCounts;
  /** Why the slice alone has no verdict. */
  readonly withheld: readonly WithheldCode[];
}

/**
 * Judges one slice by the model's answer: its lesion fraction, and whether there is anything to judge.
 *
 * @param cropBox the part of the slice that the model saw, from `toModelInput`.
 * @throws {CtError} `CT_INFERENCE_FAILED` if an output is NaN or out of range.
 */
export function scoreSlice(
  slice: CtSlice,
  cropBox: Box,
  outputs: SliceOutputs,
  { withMask, file, inspection = inspectSlice(slice) }: SliceExtras,
): SliceScore {
  const { probability, mask, maskSize } = outputs;
  if (!(probability >= 0 && probability <= 1)) {
    throw new CtError(
      'CT_INFERENCE_FAILED',
      `Expected a probability from 0 to 1 from the model, got ${probability}`,
    );
  }
  const placed = placeMask(mask, maskSize, cropBox, slice);
  const { lungs, reasons, hasEnoughLung } = inspection;
  const overlap = countOverlap(placed, lungs, lesionThreshold);
  const counts = lungs ? lesionCounts(overlap) : { lesion: 0, lung: 0 };
  const withheld: WithheldCode[] = [...reasons];
  if (!isPlausible(overlap, placed.length, lungs !== undefined)) withheld.push('IMPLAUSIBLE_MASK');
  // A NaN distance counts as unfamiliar.
  if (outputs.distance !== null && !(outputs.distance <= 1)) withheld.push('UNLIKE_TRAINING');
  return {
    slice: {
      index: slice.index,
      ...(file === undefined ? {} : { file }),
      probability,
      lesionFraction: lesionFraction([counts]),
      counted: withheld.length === 0 && hasEnoughLung,
      ...(withMask ? { mask: maskOfSlice(outputs, placed, cropBox, slice) } : {}),
    },
    counts,
    withheld,
  };
}

/** Whether a mask may be of lesions. */
function isPlausible(
  { lesion, lesionInLung }: Overlap,
  pixels: number,
  hasLungs: boolean,
): boolean {
  const share = lesion / pixels;
  if (share > mostLesion) return false;
  return share <= smallLesion || !hasLungs || lesionInLung >= leastInLung * lesion;
}

/** A mask in JSON covers the whole slice; place it first if the model saw only a part. */
function maskOfSlice(
  { mask, maskSize }: SliceOutputs,
  placed: Float32Array,
  box: Box,
  { columns, rows }: CtSlice,
): EncodedMask {
  return box.columns === columns && box.rows === rows
    ? encodeMask(mask, maskSize.columns, maskSize.rows)
    : encodeMask(placed, columns, rows);
}
