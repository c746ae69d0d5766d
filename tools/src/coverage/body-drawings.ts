import { Drawing } from './drawing.js';

/** Draws one picture of a kind from a seed; values are Hounsfield units. */
export type DrawHu = (seed: number) => Drawing;

const size = 384;
const air = -1000;

/** A person's body on a table, as in scans of other organs than the chest. */
function body(seed: number, a: number, b: number, tissue = 40): Drawing {
  const drawing = new Drawing(size, seed, air);
  const { random } = drawing;
  const fat = random.uniform(0.012, 0.05);
  drawing.rectangle(0.12, 0.5 + b + 0.03, 0.76, 0.012, -200);
  drawing.ellipse(0.5, 0.5, a + fat, b + fat, -100).ellipse(0.5, 0.5, a, b, tissue);
  return drawing;
}

function finish(drawing: Drawing): Drawing {
  return drawing.blur(1).noise(drawing.random.uniform(6, 22));
}

export const headCt: DrawHu = (seed) => {
  const drawing = new Drawing(size, seed, air);
  const { random } = drawing;
  const [a, b] = [random.uniform(0.24, 0.36), random.uniform(0.3, 0.42)];
  const skull = random.uniform(0.015, 0.03);
  drawing.ellipse(0.5, 0.5, a + 0.02, b + 0.02, 20);
  drawing.ellipse(0.5, 0.5, a, b, 1000).ellipse(0.5, 0.5, a - skull, b - skull, 35);
  drawing.clouds(4, 6, 3);
  for (const side of [-1, 1]) {
    drawing.ellipse(0.5 + side * 0.035, 0.47, 0.02, 0.08, 8, side * 0.25);
    drawing.ellipse(0.5 + side * 0.05, 0.6, 0.018, 0.05, 8, -side * 0.4);
  }
  if (random.chance(0.4)) {
    // At the height of the sinuses: air between bones.
    for (const side of [-1, 1]) drawing.ellipse(0.5 + side * 0.1, 0.3, 0.05, 0.05, -950);
    drawing.ellipse(0.5, 0.27, 0.025, 0.06, -950);
  }
  return finish(drawing);
};

export const abdomenCt: DrawHu = (seed) => {
  const drawing = body(seed, 0.36, 0.25);
  const { random } = drawing;
  drawing.ellipse(0.34, 0.45, 0.15, 0.15, 60, 0.3).ellipse(0.66, 0.55, 0.07, 0.1, 55);
  for (const side of [-1, 1]) drawing.ellipse(0.5 + side * 0.13, 0.58, 0.045, 0.06, 80);
  drawing.ellipse(0.5, 0.64, 0.06, 0.05, 350).ellipse(0.5, 0.55, 0.025, 0.025, 120);
  const loops = random.integer(2, 7);
  for (let i = 0; i < loops; i++) {
    const [x, y] = [random.uniform(0.38, 0.72), random.uniform(0.33, 0.5)];
    drawing.ellipse(x, y, random.uniform(0.02, 0.05), random.uniform(0.015, 0.04), 20);
    if (random.chance(0.5)) drawing.ellipse(x, y - 0.008, random.uniform(0.01, 0.03), 0.012, -900);
  }
  return finish(drawing);
};

export const pelvisCt: DrawHu = (seed) => {
  const drawing = body(seed, 0.37, 0.22);
  for (const side of [-1, 1]) {
    drawing.ellipse(0.5 + side * 0.26, 0.52, 0.055, 0.055, 500);
    drawing.ellipse(0.5 + side * 0.19, 0.5, 0.02, 0.11, 550, side * 0.4);
  }
  drawing.ellipse(0.5, 0.42, 0.08, 0.06, 5).ellipse(0.5, 0.66, 0.05, 0.03, 450);
  if (drawing.random.chance(0.5)) drawing.ellipse(0.5, 0.58, 0.025, 0.02, -850);
  return finish(drawing);
};

export const legsCt: DrawHu = (seed) => {
  const drawing = new Drawing(size, seed, air);
  const { random } = drawing;
  const r = random.uniform(0.13, 0.19);
  for (const side of [-1, 1]) {
    const x = 0.5 + side * random.uniform(0.2, 0.24);
    drawing.ellipse(x, 0.5, r, r * 1.05, -100).ellipse(x, 0.5, r - 0.02, r - 0.01, 50);
    drawing.ellipse(x, 0.5, 0.04, 0.04, 1200).ellipse(x, 0.5, 0.022, 0.022, -30);
  }
  return finish(drawing);
};

export const neckCt: DrawHu = (seed) => {
  const drawing = body(seed, 0.2, 0.19, 50);
  const { random } = drawing;
  drawing.ellipse(0.5, 0.58, 0.055, 0.05, 400).ellipse(0.5, 0.58, 0.02, 0.02, 20);
  drawing.ellipse(0.5, 0.42, random.uniform(0.02, 0.035), random.uniform(0.02, 0.03), -950);
  for (const side of [-1, 1]) drawing.ellipse(0.5 + side * 0.09, 0.5, 0.025, 0.02, 130);
  return finish(drawing);
};

/** A cylinder of water with inserts, as used to check scanners. */
export const qualityPhantom: DrawHu = (seed) => {
  const drawing = new Drawing(size, seed, air);
  const { random } = drawing;
  const r = random.uniform(0.28, 0.45);
  drawing
    .ellipse(0.5, 0.5, r + 0.012, r + 0.012, 120)
    .ellipse(0.5, 0.5, r, r, random.uniform(-10, 90));
  const inserts = random.integer(0, 8);
  for (let i = 0; i < inserts; i++) {
    const angle = (2 * Math.PI * i) / inserts;
    const value = [-1000, -100, -35, 120, 340, 990][random.integer(0, 5)]!;
    const [x, y] = [0.5 + 0.62 * r * Math.cos(angle), 0.5 + 0.62 * r * Math.sin(angle)];
    drawing.ellipse(x, y, 0.035, 0.035, value);
  }
  return finish(drawing);
};

/** Fruit, a bottle or a piece of baggage in the scanner. */
export const objectCt: DrawHu = (seed) => {
  const drawing = new Drawing(size, seed, air);
  const { random } = drawing;
  const things = random.integer(1, 6);
  for (let i = 0; i < things; i++) {
    const [x, y] = [random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)];
    const [a, b] = [random.uniform(0.04, 0.22), random.uniform(0.04, 0.22)];
    const tilt = random.uniform(0, 3);
    drawing.ellipse(x, y, a, b, random.uniform(-300, 400), tilt);
    if (random.chance(0.6))
      drawing.ellipse(x, y, 0.6 * a, 0.6 * b, random.uniform(-900, 900), tilt);
  }
  return finish(drawing);
};
