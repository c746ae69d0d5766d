import { SeededRandom } from '@groundglass/core';
import sharp from 'sharp';

/** Draws one colour picture from a seed, as PNG. */
export type DrawPng = (seed: number) => Promise<Uint8Array>;

const words =
  'the model server answers with a score for each slice of a volume and names what it could not read in words that help'.split(
    ' ',
  );

const side = 480;

async function render(seed: number, draw: (random: SeededRandom) => string): Promise<Uint8Array> {
  const body = draw(new SeededRandom(seed, 0x737667));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${Math.round(side * 0.75)}">${body}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer();
}

const sentence = (random: SeededRandom, length: number): string =>
  Array.from({ length }, () => words[random.integer(0, words.length - 1)]!).join(' ');

const colour = (random: SeededRandom): string =>
  `rgb(${random.integer(0, 255)},${random.integer(0, 255)},${random.integer(0, 255)})`;

const lines = (random: SeededRandom, count: number, x: number, step: number, ink: string): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `<text x="${x}" y="${40 + i * step}" font-size="${step * 0.7}" fill="${ink}">${sentence(random, random.integer(3, 9))}</text>`,
  ).join('');

/** A page of text, black on white or white on black. */
export const textPage: DrawPng = (seed) =>
  render(seed, (random) => {
    const dark = random.chance(0.3);
    const ground = dark ? '#101010' : '#fff';
    return `<rect width="100%" height="100%" fill="${ground}"/>${lines(random, 16, 20, random.integer(14, 24), dark ? '#ddd' : '#111')}`;
  });

/** A window of a program: a bar, a tree at the left, text in the middle, buttons. */
export const screenshot: DrawPng = (seed) =>
  render(seed, (random) => {
    const dark = random.chance(0.6);
    const [ground, panel, ink] = dark
      ? ['#1e1e1e', '#2d2d30', '#ccc']
      : ['#fff', '#f0f0f0', '#222'];
    const accent = random.chance(0.5) ? '#0078d4' : colour(random);
    return [
      `<rect width="100%" height="100%" fill="${ground}"/>`,
      `<rect width="100%" height="28" fill="${panel}"/><rect y="340" width="100%" height="20" fill="${accent}"/>`,
      `<rect y="28" width="${random.integer(80, 140)}" height="312" fill="${panel}"/>`,
      lines(random, 12, 160, 22, ink),
      `<rect x="380" y="300" width="80" height="26" rx="3" fill="${accent}"/>`,
    ].join('');
  });

/** Bars or a line over axes. */
export const chart: DrawPng = (seed) =>
  render(seed, (random) => {
    const ink = colour(random);
    const values = Array.from({ length: 12 }, () => random.uniform(20, 260));
    const bars = values.map(
      (value, i) =>
        `<rect x="${60 + i * 32}" y="${310 - value}" width="24" height="${value}" fill="${ink}"/>`,
    );
    const points = values.map((value, i) => `${60 + i * 34},${310 - value}`).join(' ');
    const line = `<polyline points="${points}" fill="none" stroke="${ink}" stroke-width="3"/>`;
    return `<rect width="100%" height="100%" fill="#fff"/><path d="M50 20V310H460" stroke="#000" fill="none"/>${random.chance(0.5) ? bars.join('') : line}<text x="180" y="345" font-size="14">${sentence(random, 3)}</text>`;
  });

/** Boxes with arrows between them. */
export const diagram: DrawPng = (seed) =>
  render(seed, (random) => {
    const boxes = Array.from({ length: random.integer(3, 7) }, (_, i) => {
      const [x, y] = [20 + (i % 3) * 155, 30 + Math.floor(i / 3) * 110];
      return `<rect x="${x}" y="${y}" width="110" height="60" rx="8" fill="${random.chance(0.5) ? '#fff' : colour(random)}" stroke="#000"/><text x="${x + 8}" y="${y + 35}" font-size="13">${sentence(random, 2)}</text><path d="M${x + 110} ${y + 30}h40" stroke="#000"/>`;
    });
    return `<rect width="100%" height="100%" fill="#fff"/>${boxes.join('')}`;
  });

/** Streets and areas of a map. */
export const streetMap: DrawPng = (seed) =>
  render(seed, (random) => {
    const areas = Array.from(
      { length: 8 },
      () =>
        `<ellipse cx="${random.integer(0, 480)}" cy="${random.integer(0, 360)}" rx="${random.integer(30, 110)}" ry="${random.integer(20, 70)}" fill="${random.chance(0.5) ? '#b5d6a0' : '#a5c8e8'}"/>`,
    );
    const streets = Array.from(
      { length: 18 },
      () =>
        `<path d="M${random.integer(0, 480)} 0L${random.integer(0, 480)} 360M0 ${random.integer(0, 360)}L480 ${random.integer(0, 360)}" stroke="${random.chance(0.3) ? '#f5c66b' : '#fff'}" stroke-width="${random.integer(2, 9)}"/>`,
    );
    return `<rect width="100%" height="100%" fill="#e9e5dc"/>${areas.join('')}${streets.join('')}`;
  });

/** A flat picture of a face, as in icons and drawings. */
export const cartoon: DrawPng = (seed) =>
  render(seed, (random) => {
    const [skin, ground] = [colour(random), colour(random)];
    return `<rect width="100%" height="100%" fill="${ground}"/><ellipse cx="240" cy="180" rx="${random.integer(90, 140)}" ry="${random.integer(110, 150)}" fill="${skin}"/><circle cx="200" cy="150" r="18" fill="#fff"/><circle cx="280" cy="150" r="18" fill="#fff"/><circle cx="200" cy="150" r="8"/><circle cx="280" cy="150" r="8"/><path d="M190 230Q240 ${random.integer(200, 290)} 290 230" stroke="#000" stroke-width="6" fill="none"/>`;
  });
