import { thoraxPhantom, type ThoraxPhantom } from '@groundglass/phantom';
import type { DrawHu } from './body-drawings.js';
import { Drawing } from './drawing.js';
import type { DrawGrey } from './picture-drawings.js';

const size = 320;

/** A thorax from the domes of the diaphragm to above the lungs, in cubes of about 3 mm. */
function thorax(seed: number): ThoraxPhantom {
  return thoraxPhantom({ seed: 5000 + seed, slices: 48, size: 128, covid: seed % 2 === 0 });
}

/** Reads a plane out of the thorax: `at` gives column, row and slice, from 0 to 1, for a place in the picture. */
function plane(
  phantom: ThoraxPhantom,
  seed: number,
  at: (x: number, y: number) => readonly [column: number, row: number, slice: number],
): Drawing {
  const { columns, rows, sliceCount, hu } = phantom;
  const cell = (share: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return new Drawing(size, seed).map((x, y) => {
    const [column, row, slice] = at(x, y);
    return hu[
      (cell(slice, sliceCount) * rows + cell(row, rows)) * columns + cell(column, columns)
    ]!;
  });
}

/** The chest from the front, head up: lungs are where the model does not expect them. */
export const coronalChest: DrawHu = (seed) => {
  const phantom = thorax(seed);
  const row = 0.42 + 0.02 * (seed % 9);
  return plane(phantom, seed, (x, y) => [x, row, 1 - y]).blur(1);
};

/** The chest from the side. */
export const sagittalChest: DrawHu = (seed) => {
  const phantom = thorax(seed);
  const column = seed % 2 === 0 ? 0.3 : 0.7;
  return plane(phantom, seed, (x, y) => [column, x, 1 - y]).blur(1);
};

/** An X-ray of the chest: the attenuation along each ray from front to back; dense is bright. */
export const chestXray: DrawGrey = (seed) => {
  const { columns, rows, sliceCount, hu } = thorax(seed);
  const rays = new Float32Array(columns * sliceCount);
  for (let slice = 0; slice < sliceCount; slice++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const density = Math.max(0, 1 + hu[(slice * rows + row) * columns + column]! / 1000);
        rays[slice * columns + column]! += density;
      }
    }
  }
  const most = rays.reduce((a, b) => Math.max(a, b), 0);
  return new Drawing(size, seed)
    .map((x, y) => {
      const slice = Math.min(sliceCount - 1, Math.floor((1 - y) * sliceCount));
      const ray = rays[slice * columns + Math.floor(x * columns)]! / most;
      return 245 * Math.pow(ray, 0.8);
    })
    .blur(1)
    .noise(3);
};
