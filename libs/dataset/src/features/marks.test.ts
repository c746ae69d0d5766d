import { expect, test } from 'vitest';
import type { Sharp } from 'sharp';
import type { GreyPicture } from './grey-picture.js';
import { madeSlice } from './made-slice.fixture.js';
import { whiteMarks } from './marks.js';

async function grey(picture: Sharp): Promise<GreyPicture> {
  const { data, info } = await picture.greyscale().raw().toBuffer({ resolveWithObject: true });
  const pixels = Float32Array.from(data, (value) => value / 255);
  return { columns: info.width, rows: info.height, pixels };
}

/** An SVG of 200 × 200 over a drawn slice. */
const marked = async (seed: number, svg: string) =>
  whiteMarks(
    await grey(
      madeSlice(seed).composite([
        { input: Buffer.from(`<svg width="200" height="200">${svg}</svg>`) },
      ]),
    ),
  );

const seeds = [1, 2, 3, 4, 5, 6];

test.each([
  ['a bar in the corner', '<path fill="white" d="M 8 8 h 3 v 14 h -3 z"/>'],
  ['an arrowhead in a lung', '<path fill="white" d="M 58 90 l 10 2 l -4 7 z"/>'],
  [
    'a ring in a lung',
    '<circle cx="62" cy="92" r="7" stroke="white" stroke-width="4" fill="none"/>',
  ],
])('%s is a white mark', async (_, svg) => {
  for (const seed of seeds)
    expect(await marked(seed, svg), `seed ${seed}`).toMatchObject({ kind: 'white', pieces: 1 });
});

test('a slice without marks has none, even if its bones are white', async () => {
  const bone = '<path fill="white" d="M 88 150 h 24 v 22 h -24 z"/>';
  for (const seed of seeds) {
    expect(await marked(seed, ''), `seed ${seed}`).toBeUndefined();
    expect(await marked(seed, bone), `seed ${seed}`).toBeUndefined();
  }
});
