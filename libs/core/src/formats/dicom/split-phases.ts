import { phaseNames } from './dicom-frame.js';
import { positionsOf, samePosition, type StackedFrame } from './slice-stack.js';

/** Frames of one phase of a series, and what distinguishes it. */
export interface Phase {
  readonly frames: StackedFrame[];
  /** The attribute that differs, for display; undefined if the series has one phase. */
  readonly by: string | undefined;
}

/**
 * Splits frames that scan the same stretch of the patient several times (breath in and out, contrast phases, cardiac phases, echoes)
 * into one volume for each time.
 *
 * An attribute separates phases if frames with different values overlap in position; numbers that merely count slabs
 * along the patient do not. Positions that repeat with no attribute to explain them are split by instance order: the second frame at a
 * position belongs to the second phase.
 *
 * @param frames in the order of their instance numbers.
 */
export function splitPhases(frames: readonly StackedFrame[]): Phase[] {
  const positions = frames.length > 1 ? positionsOf(frames) : undefined;
  if (!positions) return [{ frames: [...frames], by: undefined }];
  const placed = frames.map((frame, i) => ({ frame, at: positions[i]! }));
  let parts: { members: Placed[]; by: string | undefined }[] = [{ members: placed, by: undefined }];
  for (const [key, name] of phaseNames.entries()) {
    parts = parts.flatMap((part) => {
      const byValue = groupBy(part.members, ({ frame }) => frame.plane.phase[key] ?? '');
      return byValue.length > 1 && overlap(byValue)
        ? byValue.map((members) => ({ members, by: name }))
        : [part];
    });
  }
  return parts.flatMap((part) =>
    repeats(part.members)
      ? byOccurrence(part.members).map((members) => phase(members, 'instance order'))
      : [phase(part.members, part.by)],
  );
}

interface Placed {
  readonly frame: StackedFrame;
  readonly at: number;
}

function phase(members: readonly Placed[], by: string | undefined): Phase {
  return { frames: members.map(({ frame }) => frame), by };
}

function groupBy(members: readonly Placed[], keyOf: (member: Placed) => string): Placed[][] {
  const groups = new Map<string, Placed[]>();
  for (const member of members) {
    const key = keyOf(member);
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  return [...groups.values()];
}

/** Whether groups overlap in position instead of following one another along the patient. */
function overlap(groups: readonly (readonly Placed[])[]): boolean {
  const ranges = groups
    .map((members) => {
      const at = members.map((member) => member.at);
      return { from: Math.min(...at), to: Math.max(...at) };
    })
    .sort((a, b) => a.from - b.from);
  let furthest = ranges[0]!;
  for (const range of ranges.slice(1)) {
    const common = Math.min(furthest.to, range.to) - range.from;
    const shorter = Math.min(furthest.to - furthest.from, range.to - range.from);
    // Slabs may share their border slice; phases share most of their range.
    if (common > 0.5 * shorter || (shorter === 0 && common > -samePosition)) return true;
    if (range.to > furthest.to) furthest = range;
  }
  return false;
}

function repeats(members: readonly Placed[]): boolean {
  const at = members.map((member) => member.at).sort((a, b) => a - b);
  return at.some((position, i) => i > 0 && position - at[i - 1]! <= samePosition);
}

/** The n-th frame at each position makes the n-th phase. */
function byOccurrence(members: readonly Placed[]): Placed[][] {
  const seen = new Map<number, number>();
  const phases: Placed[][] = [];
  for (const member of members) {
    const position = Math.round(member.at / samePosition / 2);
    const occurrence = seen.get(position) ?? 0;
    seen.set(position, occurrence + 1);
    (phases[occurrence] ??= []).push(member);
  }
  return phases;
}
