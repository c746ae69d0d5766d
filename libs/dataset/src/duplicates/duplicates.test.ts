import { bytesSource, openVolume } from '@groundglass/core';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import {
  comparedPart,
  findDuplicates,
  findKeypoints,
  greyPicture,
  type DuplicatePair,
  type GreyPicture,
} from '../index.js';
import { madeSlice } from '../features/made-slice.fixture.js';

async function picture(made: Sharp): Promise<GreyPicture> {
  return greyPicture(await (await openVolume(bytesSource(await made.png().toBuffer()))).slice(0));
}

const changes: [string, (original: Sharp) => Sharp | Promise<Sharp>][] = [
  ['flipped', (s) => s.flop()],
  ['cropped', (s) => s.extract({ left: 14, top: 22, width: 160, height: 150 })],
  [
    'padded with white',
    (s) => s.extend({ left: 40, right: 30, top: 50, bottom: 20, background: 'white' }),
  ],
  ['scaled down', (s) => s.resize(110)],
  ['scaled up', (s) => s.resize(320)],
  ['coded as JPEG', async (s) => sharp(await s.jpeg({ quality: 45 }).toBuffer())],
  ['of another window', (s) => s.linear(1.4, -25)],
  ['turned upside down', (s) => s.flip()],
  ['turned by 90°', (s) => s.rotate(90)],
  ['mirrored and turned by 270°', async (s) => sharp(await s.flop().png().toBuffer()).rotate(270)],
  ['turned by 6°', (s) => s.rotate(6, { background: '#080808' })],
  ['made a negative', (s) => s.negate()],
  ['cropped to its half', (s) => s.extract({ left: 20, top: 50, width: 100, height: 100 })],
];
const originals = 8;

let pairs: DuplicatePair[];
let count: number;
beforeAll(async () => {
  const pictures: GreyPicture[] = [];
  for (let seed = 1; seed <= originals; seed++) pictures.push(await picture(madeSlice(seed)));
  for (const [, change] of changes) pictures.push(await picture(await change(await copy())));
  count = pictures.length;
  const inputs = pictures.map((grey, i) => ({ points: findKeypoints(grey), hash: `${i}` }));
  pairs = await findDuplicates(inputs, {
    load: (i) => Promise.resolve(comparedPart(pictures[i]!)),
  });
});

/** The first original, fully in memory: sharp changes the order of some steps. */
async function copy(): Promise<Sharp> {
  return sharp(await madeSlice(1).png().toBuffer());
}

test.each(changes.map(([name], i) => [name, originals + i] as const))(
  'a copy that was %s is found',
  (_, index) => {
    const found = pairs.find(({ a, b }) => a === 0 && b === index);
    expect(found?.kind).toBe('copy');
    expect(found?.detail).toBeGreaterThan(0.9);
  },
);

test('a mirrored copy is called mirrored, and a scaled one has scale 1 in units of the longer side', () => {
  expect(pairs.find(({ a, b }) => a === 0 && b === originals)?.registration.variant).toBe(2);
  const scaled = pairs.find(({ a, b }) => a === 0 && b === originals + 3)!.registration;
  expect(scaled.scaleX).toBeCloseTo(1, 1);
  expect(scaled.shiftX).toBeCloseTo(0, 1);
});

test('slices of different patients are no copies', () => {
  const isCopyOfFirst = (i: number) => i === 0 || (i >= originals && i < count);
  expect(
    pairs
      .filter(({ kind }) => kind === 'copy')
      .filter(({ a, b }) => !(isCopyOfFirst(a) && isCopyOfFirst(b))),
  ).toEqual([]);
});
