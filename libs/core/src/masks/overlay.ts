/** Red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Colours that people with any common colour vision can tell apart, and that differ from grey (Okabe and Ito, "Color Universal
 * Design", 2008).
 */
export const overlayColours = {
  lesion: [230, 159, 0],
  lung: [86, 180, 233],
  /** Lesion in the expert's mask and in the model's. */
  truePositive: [0, 158, 115],
  /** Lesion in the model's mask only. */
  falsePositive: [213, 94, 0],
  /** Lesion in the expert's mask only. */
  falseNegative: [86, 180, 233],
} as const satisfies Record<string, Colour>;

/** How a mask is drawn. */
export interface OverlayStyle {
  readonly colour: Colour;
  /** Share of the colour where the mask is 1, from 0 to 1. */
  readonly opacity: number;
  /** Pixels below it are not coloured. */
  readonly threshold: number;
  /** Draws the outline of the pixels at or above the threshold in the full colour, instead of a filled area. */
  readonly contour: boolean;
}

const defaultStyle: OverlayStyle = {
  colour: overlayColours.lesion,
  opacity: 0.45,
  threshold: 0.5,
  contour: false,
};

/** A grey picture as displayed, after the window. */
export interface GreyPicture {
  readonly columns: number;
  readonly rows: number;
  /** `rows * columns` values, 0 black to 255 white. */
  readonly pixels: Uint8Array | Uint8ClampedArray;
}

/**
 * Draws a lesion mask over a slice. Filled pixels take `opacity * probability` of the colour, so that uncertain areas
 * are pale.
 *
 * @param mask `rows * columns` probabilities in 0–1, as `placeMask` returns them.
 * @returns `rows * columns * 4` bytes of opaque RGBA, as a canvas's `ImageData` holds them.
 * @throws {RangeError} when picture and mask differ in size.
 */
export function overlayMask(
  picture: GreyPicture,
  mask: Float32Array,
  style: Partial<OverlayStyle> = {},
): Uint8ClampedArray {
  const { colour, opacity, threshold, contour } = { ...defaultStyle, ...style };
  const rgba = toRgba(picture, mask.length);
  const inside = (at: number) => mask[at]! >= threshold;
  for (let at = 0; at < mask.length; at++) {
    if (!inside(at)) continue;
    if (!contour) blend(rgba, at, colour, opacity * Math.min(1, mask[at]!));
    else if (isEdge(at, picture, inside)) blend(rgba, at, colour, 1);
  }
  return rgba;
}

/**
 * Draws a mask against the expert's: hits, false alarms and misses in a colour each.
 *
 * @param mask `rows * columns` probabilities in 0–1.
 * @param truth `rows * columns` of the expert's mask, lesion if not 0.
 * @returns `rows * columns * 4` bytes of opaque RGBA.
 * @throws {RangeError} when picture and masks differ in size.
 */
export function overlayComparison(
  picture: GreyPicture,
  mask: Float32Array,
  truth: Uint8Array | Float32Array,
  { opacity, threshold }: Pick<OverlayStyle, 'opacity' | 'threshold'> = defaultStyle,
): Uint8ClampedArray {
  const rgba = toRgba(picture, mask.length);
  if (truth.length !== mask.length) throw sizeError(picture, truth.length);
  for (let at = 0; at < mask.length; at++) {
    const found = mask[at]! >= threshold;
    const real = truth[at]! > 0;
    if (found && real) blend(rgba, at, overlayColours.truePositive, opacity);
    else if (found) blend(rgba, at, overlayColours.falsePositive, opacity);
    else if (real) blend(rgba, at, overlayColours.falseNegative, opacity);
  }
  return rgba;
}

function toRgba({ columns, rows, pixels }: GreyPicture, maskLength: number): Uint8ClampedArray {
  if (pixels.length !== columns * rows) {
    throw new RangeError(
      `Expected ${columns * rows} pixels for ${columns}×${rows}, got ${pixels.length}`,
    );
  }
  if (maskLength !== pixels.length) throw sizeError({ columns, rows }, maskLength);
  const rgba = new Uint8ClampedArray(pixels.length * 4);
  for (let at = 0, to = 0; at < pixels.length; at++) {
    const grey = pixels[at]!;
    rgba[to++] = grey;
    rgba[to++] = grey;
    rgba[to++] = grey;
    rgba[to++] = 255;
  }
  return rgba;
}

function sizeError({ columns, rows }: { columns: number; rows: number }, length: number) {
  return new RangeError(
    `Expected a mask of ${columns * rows} values for ${columns}×${rows}, got ${length}`,
  );
}

function blend(rgba: Uint8ClampedArray, at: number, colour: Colour, share: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const grey = rgba[at * 4 + channel]!;
    rgba[at * 4 + channel] = grey + (colour[channel]! - grey) * share;
  }
}

/** Whether a pixel of the mask has a neighbour (4-connected) outside of it; beyond the picture's border counts as outside. */
function isEdge(
  at: number,
  { columns, rows }: GreyPicture,
  inside: (at: number) => boolean,
): boolean {
  const column = at % columns;
  const row = (at - column) / columns;
  return (
    column === 0 ||
    row === 0 ||
    column === columns - 1 ||
    row === rows - 1 ||
    !inside(at - 1) ||
    !inside(at + 1) ||
    !inside(at - columns) ||
    !inside(at + columns)
  );
}
