import sharp from 'sharp';
import type { GreyPicture } from './grey-picture.js';

/** Something that was drawn into a picture after it was taken. */
export interface Mark {
  /** `colour`: pixels of a strong colour on grey. `white`: letters or arrows of full white on dark ground. */
  readonly kind: 'colour' | 'white';
  /** Share of the picture's pixels. */
  readonly share: number;
  /** Separate pieces. */
  readonly pieces: number;
}

const side = 384;
/** Difference of channels from which a pixel is of a colour. */
const strongColour = 64;
const white = 0.97;
/** Mean grey around a white piece below which its ground is dark. */
const darkGround = 0.3;

/** Pixels of a strong colour: arrows, frames, crosses. A picture that is coloured as a whole has no marks but a palette. */
export async function colourMarks(bytes: Uint8Array): Promise<Mark | undefined> {
  const { data, info } = await sharp(bytes, { failOn: 'none' })
    .flatten({ background: 'black' })
    .toColourspace('srgb')
    .resize(side, side, { fit: 'inside', kernel: 'nearest', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels < 3) return undefined;
  let count = 0;
  for (let at = 0; at < data.length; at += info.channels) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > strongColour) count++;
  }
  const share = count / (info.width * info.height);
  return share > 0.0005 && share < 0.2
    ? { kind: 'colour', share: Number(share.toFixed(5)), pieces: 1 }
    : undefined;
}

/**
 * Small pieces of full white whose surroundings are dark: letters in the corner, arrows in a lung. Bones are white too, but in bright
 * ground; vessels are not of full white.
 */
export function whiteMarks({ columns, rows, pixels }: GreyPicture): Mark | undefined {
  const seen = new Uint8Array(pixels.length);
  const [least, most] = [Math.max(8, pixels.length * 0.00008), pixels.length * 0.01];
  let [pieces, total] = [0, 0];
  for (let start = 0; start < pixels.length; start++) {
    if (seen[start] || pixels[start]! < white) continue;
    const piece = [start];
    seen[start] = 1;
    let [ring, ringCount] = [0, 0];
    for (let next = 0; next < piece.length; next++) {
      const at = piece[next]!;
      const [row, column] = [Math.floor(at / columns), at % columns];
      for (const [y, x] of [
        [row - 1, column],
        [row + 1, column],
        [row, column - 1],
        [row, column + 1],
      ] as const) {
        if (y < 0 || x < 0 || y >= rows || x >= columns) continue;
        const neighbour = y * columns + x;
        if (pixels[neighbour]! >= white) {
          if (seen[neighbour]) continue;
          seen[neighbour] = 1;
          piece.push(neighbour);
        } else {
          // Two pixels out: the edge itself is blurred by scaling.
          const [farY, farX] = [y + (y - row), x + (x - column)];
          if (farY < 0 || farX < 0 || farY >= rows || farX >= columns) continue;
          ring += pixels[farY * columns + farX]!;
          ringCount++;
        }
      }
    }
    if (piece.length < least || piece.length > most || ringCount === 0) continue;
    if (ring / ringCount > darkGround) continue;
    pieces++;
    total += piece.length;
  }
  return pieces > 0
    ? { kind: 'white', share: Number((total / pixels.length).toFixed(5)), pieces }
    : undefined;
}
