import { overlayColours, type Colour } from '@groundglass/core/browser';

/** The kinds of overlay pixels; the number indexes {@link areaColours}. */
export const area = {
  none: 0,
  lesion: 1,
  truePositive: 2,
  falsePositive: 3,
  falseNegative: 4,
} as const;

/** Colours by area; the first is never drawn. */
export const areaColours: readonly Colour[] = [
  [0, 0, 0],
  overlayColours.lesion,
  overlayColours.truePositive,
  overlayColours.falsePositive,
  overlayColours.falseNegative,
];

/**
 * Colours of a mask's classes, distinguishable with any common colour vision (Okabe and Ito); class `n` has colour `(n - 1) % 8`.
 */
export const classColours: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [204, 121, 167],
  [0, 114, 178],
  [213, 94, 0],
  [170, 170, 170],
];

/** The first area that is a class; those before it are in {@link area}. */
export const firstClassArea = 5;

/** The area of a class; 0 is outside. */
export function classArea(value: number): number {
  return value === 0 ? 0 : firstClassArea + ((value - 1) % classColours.length);
}

/** Colour of an area of any kind. */
export function colourOfArea(of: number): Colour {
  return of < firstClassArea ? areaColours[of]! : classColours[of - firstClassArea]!;
}

/** Colours below and above the middle of a difference. */
export const differenceColours = { below: [86, 180, 233], above: [230, 159, 0] } as const;

/** How far a full tint moves the luminance towards its own colour's: visible on black, and 70 % of the contrast stays. */
export const lift = 0.3;

/** Luminance of a colour, ITU-R BT.601. */
export function luminance([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/**
 * Colours a grey value but keeps its texture. Blending with a flat colour would wash out the texture of the very
 * region that the mask points at; here the hue and saturation come from the colour and the luminance from the grey, as the
 * blend mode `color` does (W3C Compositing and Blending Level 1, section 13.2, `SetLum` and `ClipColor`).
 *
 * @param grey 0 to 255. @param share 0 untouched to 1 fully tinted.
 * @returns red, green and blue from 0 to 255, not rounded.
 */
export function tint(grey: number, colour: Colour, share: number): [number, number, number] {
  const own = luminance(colour);
  const target = grey + (own - grey) * lift * share;
  const shifted = colour.map((channel) => channel + target - own);
  const least = Math.min(...shifted);
  const most = Math.max(...shifted);
  let scale = 1;
  if (least < 0) scale = target / (target - least);
  if (most > 255) scale = Math.min(scale, (255 - target) / (most - target));
  const channel = (at: 0 | 1 | 2) => target + (shifted[at]! - target) * scale * share;
  return [channel(0), channel(1), channel(2)];
}
