import sharp from 'sharp';
import { scaledTo, type GreyPicture } from './grey-picture.js';

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
/** Grey from which a pixel is of full white: what draws marks uses it, and tissue reaches it only where the window is narrow. */
const white = 0.98;
/** Pixels of the longer side on which white marks are looked for; smaller pictures stay as they are, since scaling blurs thin strokes. */
const mostSide = 512;
/** Sizes of a white mark, as shares of the picture; a dot of fewer than five pixels is noise. */
const [leastPiece, mostPiece] = [0.00004, 0.01];
/** Grey that most of what surrounds a mark stays below; the second where bones are of full white, too. */
const [darkGround, darkerGround] = [0.6, 0.5];
/** White pixels, as a share of the picture, besides possible marks: with more, the window makes bones white. */
const whiteBones = 0.002;
/** The part of a mark's surroundings that is dark. */
const darkPart = 0.6;

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

interface WhitePiece {
  readonly size: number;
  /** Grey that {@link darkPart} of the surroundings does not exceed. */
  readonly ground: number;
  /** Where it lies, 0–1. */
  readonly x: number;
  readonly y: number;
}

/**
 * Small pieces of full white with a sharp edge to darker ground: letters in a corner, arrows and stars in a lung. Bones fade into bright
 * tissue. Where the window makes bones white, pieces at the back, where the couch and the spine are, count for nothing.
 */
export function whiteMarks(picture: GreyPicture): Mark | undefined {
  const longer = Math.max(picture.columns, picture.rows);
  const scaled = longer > mostSide ? scaledTo(picture, mostSide) : picture;
  const area = scaled.pixels.length;
  const { pieces, whitePixels } = whitePieces(scaled);
  const sizeOf = (list: readonly WhitePiece[]) => list.reduce((sum, { size }) => sum + size, 0);
  const onDark = pieces.filter(({ ground }) => ground <= darkGround);
  const bonesAreWhite = whitePixels - sizeOf(onDark) > whiteBones * area;
  const marks = bonesAreWhite
    ? onDark.filter(({ ground, x, y }) => ground <= darkerGround && !isCouch(x, y))
    : onDark;
  return marks.length > 0
    ? { kind: 'white', share: Number((sizeOf(marks) / area).toFixed(5)), pieces: marks.length }
    : undefined;
}

function isCouch(x: number, y: number): boolean {
  return y > 0.75 && x > 0.1 && x < 0.9;
}

/** Connected white pixels, corners too, of the size of a mark, and how many white pixels there are in all. */
function whitePieces({ columns, rows, pixels }: GreyPicture) {
  const seen = new Uint8Array(pixels.length);
  const least = Math.max(5, pixels.length * leastPiece);
  const most = pixels.length * mostPiece;
  // Far enough out that the blurred edge does not count.
  const reach = Math.max(2, Math.round(Math.max(columns, rows) / 160));
  const pieces: WhitePiece[] = [];
  let whitePixels = 0;
  for (let start = 0; start < pixels.length; start++) {
    if (seen[start] || pixels[start]! < white) continue;
    const piece = [start];
    seen[start] = 1;
    for (let next = 0; next < piece.length; next++) {
      for (const neighbour of around(piece[next]!, columns, rows)) {
        if (seen[neighbour] || pixels[neighbour]! < white) continue;
        seen[neighbour] = 1;
        piece.push(neighbour);
      }
    }
    whitePixels += piece.length;
    if (piece.length < least || piece.length > most) continue;
    const ring = ringOf(piece, reach, columns, rows).map((at) => pixels[at]!);
    if (ring.length < 8) continue;
    ring.sort((a, b) => a - b);
    pieces.push({
      size: piece.length,
      ground: ring[Math.floor(ring.length * darkPart)]!,
      x: (start % columns) / columns,
      y: Math.floor(start / columns) / rows,
    });
  }
  return { pieces, whitePixels };
}

/** The up to eight neighbours of a pixel. */
function* around(at: number, columns: number, rows: number): Generator<number> {
  const [row, column] = [Math.floor(at / columns), at % columns];
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
      if (y !== row || x !== column) yield y * columns + x;
}

/** Pixels that lie `reach` beside, above or below a piece's and are not of it. */
function ringOf(piece: readonly number[], reach: number, columns: number, rows: number): number[] {
  const own = new Set(piece);
  const ring = new Set<number>();
  for (const at of piece) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const places = [
      ...(row >= reach ? [at - reach * columns] : []),
      ...(row < rows - reach ? [at + reach * columns] : []),
      ...(column >= reach ? [at - reach] : []),
      ...(column < columns - reach ? [at + reach] : []),
    ];
    for (const place of places) if (!own.has(place)) ring.add(place);
  }
  return [...ring];
}
