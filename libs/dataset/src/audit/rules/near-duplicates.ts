import type { Finding } from '@groundglass/core';
import type { DuplicatePair } from '../../duplicates/find-duplicates.js';
import { describeVariant, type VariantInWords } from '../../features/picture-variant.js';
import type { AuditContext } from '../audit-context.js';

/** Slices with less doubt are of one scan; slices of different patients came down to 0.13. */
const certainlyOneScan = 0.1;
/** Pictures with less doubt are one: one pair of 2,200 drawn chests of different patients reached it, no real patients' slices 40 times as much. */
const certainlyOne = 0.003;

/**
 * Points that must agree for two identically placed pictures: bodies drawn from one plan agree in up to 27 points, copies of
 * real slices in 42 and more. Chance produces no crop, scale or rotation.
 */
const pointsInPlace = 30;

function isCertainlyOne({ doubt, registration }: DuplicatePair): boolean {
  const { inliers, variant, scaleX, scaleY, angle } = registration;
  const isInPlace =
    variant === 0 && Math.abs(Math.log(scaleX * scaleY)) < 0.1 && Math.abs(angle) < 2;
  return doubt < certainlyOne && (!isInPlace || inliers >= pointsInPlace);
}

/** Copies with different pixels, and neighbouring slices of one scan in two splits that no patient id reveals. */
export function nearDuplicates(context: AuditContext, pairs: readonly DuplicatePair[]): Finding[] {
  return pairs.flatMap((pair) => {
    const { a, b, kind, detail, grey, overlap, doubt, registration } = pair;
    const [first, second] = [context.samples[a]!, context.samples[b]!];
    const turn = describeVariant(registration.variant);
    const how = changeInWords(turn, registration.angle);
    const evidence = {
      detailCorrelation: round(detail),
      greyCorrelation: round(grey),
      overlap: round(overlap),
      points: registration.inliers,
      doubt: round(doubt),
      mirrored: turn.mirrored,
      turned: round(turn.turned + registration.angle),
      negative: turn.negative,
      scale: round((registration.scaleX + registration.scaleY) / 2),
    };
    const crosses = first.split !== second.split;
    const names = `${context.name(a)} and ${context.name(b)}`;
    if (kind === 'copy') {
      if (!isCertainlyOne(pair))
        return [
          context.finding(
            'similar-pictures',
            'warning',
            `Possibly the same picture twice${how === '' ? '' : `, once ${how}`}; check both: ${names}`,
            [a, b],
            evidence,
          ),
        ];
      const conflict =
        first.label !== null && second.label !== null && first.label !== second.label;
      if (conflict)
        return [
          context.finding(
            'label-conflict',
            'error',
            `One picture has two labels: ${names} are the same picture${how === '' ? '' : `, ${how}`}`,
            [a, b],
            evidence,
          ),
        ];
      return [
        context.finding(
          'near-duplicate',
          crosses ? 'error' : 'warning',
          `The same picture twice${how === '' ? '' : `, once ${how}`}: ${names}`,
          [a, b],
          evidence,
        ),
      ];
    }
    return [
      context.finding(
        'adjacent-slices',
        doubt < certainlyOneScan ? 'error' : 'warning',
        `${doubt < certainlyOneScan ? 'Neighbouring slices' : 'Possibly neighbouring slices'} of one scan in two splits: ${names}`,
        [a, b],
        evidence,
      ),
    ];
  });
}

/** Rotations below so many degrees are not mentioned. */
const leastAngle = 1;

function changeInWords({ mirrored, turned, negative }: VariantInWords, angle: number): string {
  const degrees = turned + (Math.abs(angle) >= leastAngle ? Math.round(angle) : 0);
  return [
    mirrored ? 'mirrored' : '',
    degrees === 0 ? '' : `turned by ${degrees}°`,
    negative ? 'as a negative' : '',
  ]
    .filter((word) => word !== '')
    .join(' and ');
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
