import type { Geometry } from '@groundglass/core';
import { paintAbdomen } from './anatomy/abdomen.js';
import { bodyPlan, bodySize, type BodyPlan } from './anatomy/body-plan.js';
import { paintChestWall, paintCouch } from './anatomy/chest-wall.js';
import {
  growLungTrees,
  paintAirways,
  paintParenchyma,
  paintVessels,
  type LungTrees,
} from './anatomy/lungs.js';
import { paintMediastinum } from './anatomy/mediastinum.js';
import { paintGirdle, paintRibs, paintSpine } from './anatomy/skeleton.js';
import {
  drawDistractors,
  paintLungDistractors,
  paintSolidDistractors,
  type Distractor,
} from './findings/distractors.js';
import { covidLesions, LesionSlice, type Lesion } from './findings/lesions.js';
import { SliceCanvas, type SliceGrid } from './raster/slice-canvas.js';
import { scan } from './scanner.js';

/** What to make. Lengths in mm. */
export interface PhantomOptions {
  /** Whole number; the same seed gives the same patient, to the bit, on every machine. */
  readonly seed: number;
  /** Number of slices; default 30. */
  readonly slices?: number;
  /** Columns and rows; default 512. */
  readonly size?: number;
  /**
   * Pixel size and distance of the slices. By default, the picture holds the whole body, and the slices reach from below the
   * domes of the diaphragm to above the lungs.
   */
  readonly spacing?: { readonly pixel?: number; readonly slice?: number };
  /** Lesions of COVID-19 drawn from the seed (`true`), none (`false`), or these. */
  readonly covid: boolean | readonly Lesion[];
  /** Other findings: drawn from the seed by default. */
  readonly distractors?: readonly Distractor[];
  /** Standard deviation of the scanner's noise in the middle of the body, in HU; default 16, 0 for none. */
  readonly noise?: number;
}

/** One slice of a phantom, row by row from the top left corner (patient's right, front). */
export interface PhantomSlice {
  /** Hounsfield units in [-1024, 3071]. */
  readonly hu: Int16Array;
  /** Exact lesion mask: 0 none, 1 ground-glass, 2 consolidation. */
  readonly lesions: Uint8Array;
  /** 1 if at least half of the pixel is lung; lesions, vessels and bronchi in the lung are part of it. */
  readonly lung: Uint8Array;
}

/** A whole phantom; `hu`, `lesions` and `lung` hold the slices one after the other, feet first. */
export interface ThoraxPhantom extends PhantomSlice {
  readonly seed: number;
  readonly covid: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly geometry: Geometry;
  /** Thickness of the slab that each slice shows, in mm. */
  readonly sliceThickness: number;
  /** Kinds of lesions and other findings, in alphabetical order. */
  readonly findings: readonly string[];
}

/** A patient that can be cut at any height. */
export interface Thorax {
  readonly plan: BodyPlan;
  readonly lesions: readonly Lesion[];
  readonly distractors: readonly Distractor[];
  /** @param z height of the slice's middle in mm over the lowest one. */
  slice(
    z: number,
    grid: { size: number; pixel: number; thickness: number; noiseStream: number },
  ): PhantomSlice;
}

/** Thickness of a slice at most, in mm. */
const thickest = 5;

/** Draws a patient from the seed; slices are painted on demand. */
export function createThorax({ seed, covid, distractors, noise = 16 }: PhantomOptions): Thorax {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`Expected a whole number as seed, got ${seed}`);
  if (!(noise >= 0)) throw new RangeError(`Expected noise of 0 HU or more, got ${noise}`);
  const plan = bodyPlan(seed);
  const lesions = typeof covid === 'boolean' ? (covid ? covidLesions(plan) : []) : covid;
  const found = distractors ?? drawDistractors(plan, lesions.length > 0);
  let trees: LungTrees | undefined;
  return {
    plan,
    lesions,
    distractors: found,
    slice(z, { size, pixel, thickness, noiseStream }) {
      trees ??= growLungTrees(plan);
      const grid = sliceGrid(plan, size, pixel);
      const canvas = new SliceCanvas(grid);
      const lesionSlice = paintSlice(
        canvas,
        { plan, lesions, distractors: found, trees },
        z,
        thickness,
      );
      return {
        hu: scan(canvas, { noise, seed, slice: noiseStream }),
        lesions: lesionSlice.mask(canvas),
        lung: lungMask(canvas),
      };
    },
  };
}

function paintSlice(
  canvas: SliceCanvas,
  patient: {
    plan: BodyPlan;
    lesions: readonly Lesion[];
    distractors: readonly Distractor[];
    trees: LungTrees;
  },
  z: number,
  thickness: number,
): LesionSlice {
  const { plan, trees, distractors } = patient;
  paintCouch(canvas, plan);
  paintChestWall(canvas, plan, z);
  paintRibs(canvas, plan, z);
  paintGirdle(canvas, plan, z);
  paintParenchyma(canvas, plan, z);
  const cavity = canvas.lung.slice();
  paintAbdomen(canvas, plan, z, cavity);
  paintMediastinum(canvas, plan, z);
  paintSpine(canvas, plan, z);
  paintSolidDistractors(canvas, plan, distractors, z);
  paintLungDistractors(canvas, plan, distractors, z);
  const lesionSlice = new LesionSlice(canvas, plan, patient.lesions, z);
  lesionSlice.paintGroundGlass(canvas);
  const lung = canvas.lung.slice();
  paintVessels(canvas, plan, trees, z, thickness, lung);
  lesionSlice.paintConsolidation(canvas);
  paintAirways(canvas, trees, z, thickness, lung);
  return lesionSlice;
}

function lungMask({ lung }: SliceCanvas): Uint8Array {
  const mask = new Uint8Array(lung.length);
  for (let i = 0; i < mask.length; i++) mask[i] = lung[i]! >= 0.5 ? 1 : 0;
  return mask;
}

/**
 * A seeded chest CT: Hounsfield units with an exact lesion mask and lung mask.
 *
 * @throws {RangeError} when an option is not in its range.
 */
export function thoraxPhantom(
  options: PhantomOptions,
  onSlice?: (done: number, of: number) => void,
): ThoraxPhantom {
  const { slices = 30, size = 512, seed } = options;
  if (!(Number.isInteger(slices) && slices >= 1))
    throw new RangeError(`Expected 1 slice or more, got ${slices}`);
  if (!(Number.isInteger(size) && size >= 16 && size <= 4096)) {
    throw new RangeError(`Expected a size from 16 to 4096 pixels, got ${size}`);
  }
  const thorax = createThorax(options);
  const { plan } = thorax;
  // Formats write these as decimals: rounded here, they survive the round trip in every format.
  const pixel = decimals(options.spacing?.pixel ?? fieldOfView(plan) / size, 4);
  const reach = plan.height * 1.03;
  const distance = decimals(
    options.spacing?.slice ?? (slices === 1 ? thickest : reach / slices),
    2,
  );
  if (!(pixel > 0 && distance > 0)) {
    throw new RangeError(`Expected spacing over 0 mm, got ${pixel} and ${distance}`);
  }
  const start = decimals(
    slices === 1 ? plan.height * 0.42 : Math.max(0, (reach - distance * (slices - 1)) / 2),
    2,
  );
  // Scanners leave gaps between distant slices.
  const thickness = Math.min(distance, thickest);
  const length = size * size;
  const phantom = {
    hu: new Int16Array(length * slices),
    lesions: new Uint8Array(length * slices),
    lung: new Uint8Array(length * slices),
  };
  for (let i = 0; i < slices; i++) {
    const z = start + i * distance;
    const slice = thorax.slice(z, { size, pixel, thickness, noiseStream: i });
    phantom.hu.set(slice.hu, i * length);
    phantom.lesions.set(slice.lesions, i * length);
    phantom.lung.set(slice.lung, i * length);
    onSlice?.(i + 1, slices);
  }
  const { origin } = sliceGrid(plan, size, pixel);
  return {
    ...phantom,
    seed,
    sliceThickness: thickness,
    covid: thorax.lesions.length > 0,
    columns: size,
    rows: size,
    sliceCount: slices,
    geometry: {
      spacing: { column: pixel, row: pixel, slice: distance },
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
      sliceDirection: [0, 0, 1],
      origin: [origin[0], origin[1], start],
    },
    findings: [
      ...new Set([
        ...thorax.lesions.map(({ kind }) => kind),
        ...thorax.distractors.map(({ kind }) => kind),
      ]),
    ].sort(),
  };
}

/** Pixels of a slice with the body in the middle. */
function sliceGrid(plan: BodyPlan, size: number, pixel: number): SliceGrid {
  const middle = bodySize(plan, plan.height / 2).centre[1] + 4;
  const half = ((size - 1) / 2) * pixel;
  const origin = [decimals(-half, 4), decimals(middle - half, 4)] as const;
  return { columns: size, rows: size, pixel, origin };
}

function decimals(value: number, digits: 2 | 4): number {
  const scale = digits === 2 ? 100 : 10_000;
  return Math.round(value * scale) / scale;
}

/** Width of the picture that holds the whole body, in mm, as a multiple of 1.28: pixels have few decimals at usual sizes. */
export function fieldOfView(plan: BodyPlan): number {
  const { rx } = bodySize(plan, plan.height * 0.5);
  return Math.ceil((2 * rx + 8) / 12.8) * 12.8;
}
