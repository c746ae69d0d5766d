import { grow, overlapArea, type PageBox } from '../geometry.js';
import type { CaptionPart } from '../layout/caption-parts.js';
import { isSubLabel } from '../layout/find-figures.js';
import type { TextLine } from '../layout/text-lines.js';

/** A panel whose letter is searched. */
export interface LetteredPanel {
  readonly box: PageBox;
  /** Whether it is a picture: drawings and text are often lettered with the pictures, or not at all. */
  readonly isPicture: boolean;
  readonly isSlice: boolean;
}

/** How far a letter may be from its panel, in points. */
const reach = 18;

/**
 * The letters (or places: `LEFT`, `TOP`) of panels, null if unknown: letters printed as text next to a panel, else the
 * caption's letters in reading order if there are as many panels as letters, else places.
 */
export function panelLetters(
  panels: readonly LetteredPanel[],
  lines: readonly TextLine[],
  parts: readonly CaptionPart[],
): (string | null)[] {
  const result: (string | null)[] = panels.map(() => null);
  const letters = [...new Set(parts.flatMap((part) => part.letters))];
  if (letters.length === 0) return result;
  if (letters.every((letter) => letter.length > 2)) return placesOf(panels, letters);
  printedLetters(panels, lines, letters, result);
  if (result.some((letter) => letter !== null)) return result;
  const order = readingOrder(panels.map(({ box }) => box));
  for (const wanted of ['isSlice', 'isPicture', undefined] as const) {
    const chosen = order.filter((i) => wanted === undefined || panels[i]![wanted]);
    if (chosen.length === 0) continue;
    if (chosen.length === letters.length) {
      chosen.forEach((i, k) => {
        result[i] = letters[k]!;
      });
      return result;
    }
  }
  // Rows or columns of panels that share a letter: 2 × 3 panels under A and B.
  const slices = order.filter((i) => panels[i]!.isSlice);
  if (slices.length > letters.length && slices.length % letters.length === 0) {
    const rows = groupRows(slices.map((i) => panels[i]!.box));
    if (rows.length === letters.length) {
      rows.forEach((row, k) => {
        for (const member of row) result[slices[member]!] = letters[k]!;
      });
    }
  }
  return result;
}

function printedLetters(
  panels: readonly LetteredPanel[],
  lines: readonly TextLine[],
  letters: readonly string[],
  result: (string | null)[],
): void {
  const marks = lines.flatMap((line) => {
    const text = line.text.trim();
    const match = /^[([]?\s*([A-Za-z])\s*[)\].:]?$/.exec(text);
    const letter =
      match?.[1]?.toUpperCase() ?? (isSubLabel(line) ? text[1]!.toUpperCase() : undefined);
    // Cyrillic and Greek look-alikes are typed in some papers.
    const plain = letter ?? cyrillic.get(line.text.trim().toLowerCase());
    return plain !== undefined && letters.includes(plain) ? [{ letter: plain, box: line.box }] : [];
  });
  const pairs = marks.flatMap(({ letter, box }, mark) =>
    panels.flatMap((panel, i) => {
      if (overlapArea(grow(panel.box, reach), box) <= 0) return [];
      const middle: [number, number] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
      const inside = overlapArea(panel.box, box) > 0;
      const corner = Math.hypot(middle[0] - panel.box[0], middle[1] - panel.box[1]);
      const below = Math.hypot(
        middle[0] - (panel.box[0] + panel.box[2]) / 2,
        middle[1] - panel.box[3],
      );
      const above = Math.hypot(
        middle[0] - (panel.box[0] + panel.box[2]) / 2,
        middle[1] - panel.box[1],
      );
      return [{ mark, panel: i, letter, price: (inside ? 0 : 5) + Math.min(corner, below, above) }];
    }),
  );
  pairs.sort((a, b) => a.price - b.price);
  const used = new Set<number>();
  for (const { mark, panel, letter } of pairs) {
    if (used.has(mark) || result[panel] !== null) continue;
    used.add(mark);
    result[panel] = letter;
  }
}

const cyrillic = new Map([
  ['а', 'A'],
  ['б', 'B'],
  ['в', 'B'],
  ['с', 'C'],
  ['е', 'E'],
]);

function placesOf(panels: readonly LetteredPanel[], letters: readonly string[]): (string | null)[] {
  const slices = panels.filter(({ isSlice, isPicture }) => isSlice || isPicture);
  if (slices.length === 0) return panels.map(() => null);
  const xs = slices.map(({ box }) => (box[0] + box[2]) / 2);
  const ys = slices.map(({ box }) => (box[1] + box[3]) / 2);
  const [left, right, top, bottom] = [
    Math.min(...xs),
    Math.max(...xs),
    Math.min(...ys),
    Math.max(...ys),
  ];
  const wide = right - left;
  const high = bottom - top;
  return panels.map(({ box }) => {
    const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    for (const letter of letters) {
      const fits =
        (letter.includes('LEFT') && wide > 0 && x < left + 0.34 * wide) ||
        (letter.includes('RIGHT') && wide > 0 && x > right - 0.34 * wide) ||
        (/^(?:TOP|UPPER)$/.test(letter) && high > 0 && y < top + 0.34 * high) ||
        (/^(?:BOTTOM|LOWER)$/.test(letter) && high > 0 && y > bottom - 0.34 * high) ||
        (letter === 'MIDDLE' && wide > 0 && x >= left + 0.34 * wide && x <= right - 0.34 * wide);
      if (fits) return letter;
    }
    return null;
  });
}

/** Rows from the top, each from the left. */
export function readingOrder(boxes: readonly PageBox[]): number[] {
  return groupRows(boxes).flat();
}

function groupRows(boxes: readonly PageBox[]): number[][] {
  const order = boxes.map((_, i) => i).sort((a, b) => boxes[a]![1] - boxes[b]![1]);
  const rows: number[][] = [];
  let bottom = -Infinity;
  for (const i of order) {
    const [, top, , end] = boxes[i]!;
    const row = rows.at(-1);
    // A new row begins when a panel's middle is below the row so far.
    if (!row || (top + end) / 2 > bottom) {
      rows.push([i]);
      bottom = end;
    } else {
      row.push(i);
      bottom = Math.min(bottom, end);
    }
  }
  return rows.map((row) => row.sort((a, b) => boxes[a]![0] - boxes[b]![0]));
}
