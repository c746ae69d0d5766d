import type { Warning } from '../../contracts/warning-codes.js';
import type { Vector3 } from '../../contracts/volume.js';
import type { DicomImage } from './dicom-image.js';
import { framesOf, type StackedFrame } from './slice-stack.js';
import { splitPhases } from './split-phases.js';

/** Frames that form one volume, and what cleaning found. */
export interface CleanSeries {
  readonly seriesUid: string;
  readonly frames: readonly StackedFrame[];
  readonly warnings: readonly Warning[];
}

/** Cosine of one degree: reconstructions of one scan differ by rounding only, other views by far more. */
const sameDirection = Math.cos(Math.PI / 180);
/** Pixel sizes that differ by less than this share are rounded, not of another field of view. */
const sameSpacing = 0.005;

/**
 * Sorts the images of a folder into volumes.
 *
 * Each SOP Instance UID counts once. Images belong together if they share Series Instance UID, size, kind of values, kind of image
 * (localizers and dose reports are kept separate), orientation and pixel spacing, the last two within a tolerance. Phases that scan
 * the same stretch several times are split. The warnings say what was done.
 */
export function cleanSeries(images: readonly DicomImage[]): CleanSeries[] {
  const { unique, duplicates } = withoutDuplicates(images);
  const groups: { images: DicomImage[]; mixedSpacing: boolean }[] = [];
  for (const image of unique) {
    const alike = groups.filter(({ images: [first] }) => belongs(image, first!));
    const group = alike.find(({ images: [first] }) => spacingFits(image, first!));
    if (group) group.images.push(image);
    else groups.push({ images: [image], mixedSpacing: false });
    if (!group && alike.length > 0)
      for (const each of [...alike, groups.at(-1)!]) each.mixedSpacing = true;
  }
  return groups.flatMap((group) => {
    const [first] = group.images as [DicomImage, ...DicomImage[]];
    const phases = splitPhases(framesOf(group.images));
    return phases.map(({ frames, by }, i) => ({
      seriesUid: first.seriesUid,
      frames,
      warnings: [
        ...(duplicates
          .get(first.seriesUid)
          ?.filter(({ copies }) => group.images.includes(copies)) ?? []),
      ]
        .map(({ warning }) => warning)
        .concat(
          group.mixedSpacing ? [spacingWarning(first)] : [],
          by === undefined || phases.length === 1
            ? []
            : [{ code: 'PHASES_SPLIT', detail: `phase ${i + 1} of ${phases.length}, by ${by}` }],
        ),
    }));
  });
}

interface Duplicate {
  readonly copies: DicomImage;
  readonly warning: Warning;
}

/** One image for each SOP Instance UID. The position must agree too: careless anonymisers give all slices one UID. */
function withoutDuplicates(images: readonly DicomImage[]): {
  unique: DicomImage[];
  duplicates: ReadonlyMap<string, Duplicate[]>;
} {
  const known = new Map<string, DicomImage>();
  const duplicates = new Map<string, Duplicate[]>();
  const unique = images.filter((image) => {
    if (image.instanceUid === '') return true;
    const position = image.planes[0]?.position?.join('\\') ?? '';
    const key = [image.instanceUid, position, image.instanceNumber].join('/');
    const original = known.get(key);
    if (!original) {
      known.set(key, image);
      return true;
    }
    const list = duplicates.get(image.seriesUid) ?? [];
    duplicates.set(image.seriesUid, list);
    const detail = original.name === undefined ? undefined : `the same image as ${original.name}`;
    list.push({ copies: original, warning: { code: 'DUPLICATE_FILE', file: image.name, detail } });
    return false;
  });
  return { unique, duplicates };
}

function belongs(a: DicomImage, b: DicomImage): boolean {
  const [planeA, planeB] = [a.planes[0]!, b.planes[0]!];
  return (
    a.seriesUid === b.seriesUid &&
    a.format.columns === b.format.columns &&
    a.format.rows === b.format.rows &&
    a.claim === b.claim &&
    a.kind === b.kind &&
    sameWay(planeA.rowDirection, planeB.rowDirection) &&
    sameWay(planeA.columnDirection, planeB.columnDirection)
  );
}

function sameWay(a: Vector3 | undefined, b: Vector3 | undefined): boolean {
  if (!a || !b) return a === b;
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] >= sameDirection;
}

function spacingFits(a: DicomImage, b: DicomImage): boolean {
  const [first, second] = [a.planes[0]!.spacing, b.planes[0]!.spacing];
  if (!first || !second) return first === second;
  const close = (x: number, y: number) => Math.abs(x - y) <= sameSpacing * Math.max(x, y);
  return close(first.row, second.row) && close(first.column, second.column);
}

function spacingWarning({ planes }: DicomImage): Warning {
  const spacing = planes[0]!.spacing;
  const size = spacing ? `${spacing.row} × ${spacing.column} mm` : 'without Pixel Spacing';
  return { code: 'MIXED_SPACING', detail: `these slices: ${size}` };
}
