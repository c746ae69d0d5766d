/**
 * How a picture may have been turned: a number from 0 to 15 whose bits are applied in this order. 1 swaps rows and columns, 2 mirrors left to
 * right, 4 mirrors top to bottom, 8 makes the negative. The first three give the eight turns and flips of a rectangle.
 */
export type PictureVariant = number;

export const variantCount = 16;
export const [transposedBit, mirroredBit, upsideDownBit, negativeBit] = [1, 2, 4, 8] as const;

/** A variant's effect, as reported. */
export interface VariantInWords {
  readonly mirrored: boolean;
  /** Degrees clockwise; a mirrored picture is first mirrored left to right, then turned. */
  readonly turned: 0 | 90 | 180 | 270;
  readonly negative: boolean;
}

const turns: readonly Omit<VariantInWords, 'negative'>[] = [
  { mirrored: false, turned: 0 },
  { mirrored: true, turned: 270 },
  { mirrored: true, turned: 0 },
  { mirrored: false, turned: 90 },
  { mirrored: true, turned: 180 },
  { mirrored: false, turned: 270 },
  { mirrored: false, turned: 180 },
  { mirrored: true, turned: 90 },
];

/** Describes what a variant does. */
export function describeVariant(variant: PictureVariant): VariantInWords {
  return { ...turns[variant & 7]!, negative: (variant & negativeBit) !== 0 };
}

/** The position of a point of a `width × height` picture in the variant. */
export function placeInVariant(
  x: number,
  y: number,
  { width, height }: { readonly width: number; readonly height: number },
  variant: PictureVariant,
): [x: number, y: number] {
  const isTransposed = (variant & transposedBit) !== 0;
  const [u, v] = isTransposed ? [y, x] : [x, y];
  const [wide, high] = isTransposed ? [height, width] : [width, height];
  return [
    (variant & mirroredBit) !== 0 ? wide - u : u,
    (variant & upsideDownBit) !== 0 ? high - v : v,
  ];
}
