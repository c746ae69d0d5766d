import sharp from 'sharp';
import { scaledTo, type GreyPicture } from './grey-picture.js';

/** Something drawn into a picture after it was taken. */
export interface Mark {
  /** `colour`: pixels of a strong colour on grey. `white`: letters or arrows of full white on dark background. */
  readonly kind: 'colour' | 'white';
  /** Share of the picture's pixels. */
  readonly share: number;
  /** Separate pieces. */
  readonly pieces: number;
}

const side = 384;
/** Difference of channels from which a pixel is coloured. */
const strongColour = 64;
/** Grey from which a pixel is full white, as in a mark, and from which it still belongs to the white object around it. */
const [fullWhite, bright] = [0.98, 0.75];
/** Pixels of the longer side on which white marks are searched; smaller pictures stay as they are, since scaling blurs thin strokes. */
const mostSide = 512;
/** Least white and most bright pixels of a mark, as shares of the picture; fewer than eight pixels are noise. */
const [leastPiece, mostPiece] = [0.00004, 0.01];
/** Share of full white in a mark's bright pixels: vessels fade out. Letters at the picture's border have thin strokes. */
const [solid, solidAtBorder, solidAmongBones] = [0.55, 0.4, 0.8];
/** Grey that most of a mark's surroundings do not exceed; the second applies if bones are full white too. */
const [darkGround, darkerGround] = [0.6, 0.5];
/** The part of a mark's surroundings that is dark. */
const darkPart = 0.6;
/** White pixels outside possible marks, as a share of the picture: with more, the window makes bones white. */
const whiteBones = 0.002;

/** Pixels of a strong colour: arrows, frames, crosses. A picture that is coloured as a whole has a palette, not marks. */
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
  /** Pixels of full white. */
  readonly size: number;
  /** Their share in all bright pixels of the piece. */
  readonly solid: number;
  /** Grey that {@link darkPart} of the surroundings does not exceed. */
  readonly ground: number;
  /** Its middle, 0–1. */
  readonly x: number;
  readonly y: number;
}

/**
 * Small pieces of full white with a sharp edge to a darker background: letters in a corner, arrows in a lung. Bones and vessels fade into
 * their surroundings. If the window makes bones white, a piece inside must be all white, and the place of the couch is ignored.
 */
export function whiteMarks(picture: GreyPicture): Mark | undefined {
  const longer = Math.max(picture.columns, picture.rows);
  const scaled = longer > mostSide ? scaledTo(picture, mostSide) : picture;
  const area = scaled.pixels.length;
  const { pieces, whitePixels } = whitePieces(scaled);
  const sizeOf = (list: readonly WhitePiece[]) => list.reduce((sum, { size }) => sum + size, 0);
  const onDark = pieces.filter(
    (piece) =>
      piece.ground <= darkGround && piece.solid >= (isAtBorder(piece) ? solidAtBorder : solid),
  );
  const bonesAreWhite = whitePixels - sizeOf(onDark) > whiteBones * area;
  const marks = bonesAreWhite ? onDark.filter(isMarkAmongBones) : onDark;
  return marks.length > 0
    ? { kind: 'white', share: Number((sizeOf(marks) / area).toFixed(5)), pieces: marks.length }
    : undefined;
}

function isMarkAmongBones(piece: WhitePiece): boolean {
  if (piece.ground > darkerGround) return false;
  const isCouch = piece.y > 0.75 && piece.x > 0.1 && piece.x < 0.9;
  return isAtBorder(piece) || (piece.solid >= solidAmongBones && !isCouch);
}

/** Left, right or top, where letters are; the couch is at the bottom. */
function isAtBorder({ x, y }: WhitePiece): boolean {
  return x < 0.12 || x > 0.88 || y < 0.12;
}

/** Connected bright pixels, corners too, with as many white ones as a mark has, and the number of white pixels in all. */
function whitePieces({ columns, rows, pixels }: GreyPicture) {
  const seen = new Uint8Array(pixels.length);
  const least = Math.max(8, pixels.length * leastPiece);
  const most = pixels.length * mostPiece;
  // Far enough out that the blurred edge does not count.
  const reach = Math.max(2, Math.round(Math.max(columns, rows) / 160));
  const pieces: WhitePiece[] = [];
  let whitePixels = 0;
  for (let start = 0; start < pixels.length; start++) {
    if (seen[start] || pixels[start]! < fullWhite) continue;
    const piece = [start];
    seen[start] = 1;
    let [size, sumX, sumY] = [0, 0, 0];
    for (let next = 0; next < piece.length; next++) {
      const at = piece[next]!;
      if (pixels[at]! >= fullWhite) size++;
      sumX += at % columns;
      sumY += Math.floor(at / columns);
      for (const neighbour of around(at, columns, rows)) {
        if (seen[neighbour] || pixels[neighbour]! < bright) continue;
        seen[neighbour] = 1;
        piece.push(neighbour);
      }
    }
    whitePixels += size;
    if (size < least || piece.length > most) continue;
    const ring = ringOf(piece, reach, columns, rows)
      .map((at) => pixels[at]!)
      .filter((value) => value < fullWhite)
      .sort((a, b) => a - b);
    if (ring.length < 8) continue;
    pieces.push({
      size,
      solid: size / piece.length,
      ground: ring[Math.floor(ring.length * darkPart)]!,
      x: sumX / piece.length / columns,
      y: sumY / piece.length / rows,
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

/** Pixels `reach` to the side, above or below a piece's pixels that are not part of it. */
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
