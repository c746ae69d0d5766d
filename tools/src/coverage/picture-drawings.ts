import { Drawing } from './drawing.js';

/** Draws one picture of a kind from a seed; 0 is black, 255 white. */
export type DrawGrey = (seed: number) => Drawing;

const size = 320;

/** Normally distributed noise, coarse or fine. */
export const normalNoise: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const { random } = drawing;
  drawing.map(() => random.uniform(60, 190)).noise(random.uniform(10, 70));
  const coarse = random.integer(0, 4);
  return coarse > 0
    ? drawing.blur(coarse).map((_x, _y, v) => 128 + (v - 125) * (1 + 2 * coarse))
    : drawing;
};

export const saltAndPepper: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const [level, share] = [drawing.random.uniform(0, 255), drawing.random.uniform(0.02, 0.5)];
  return drawing.map(() => {
    const draw = drawing.random.uniform();
    return draw < share / 2 ? 0 : draw < share ? 255 : level;
  });
};

export const clouds: DrawGrey = (seed) => new Drawing(size, seed, 128).clouds(90, 3, 6);

export const ramp: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const angle = drawing.random.uniform(0, 2 * Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return drawing.map((x, y) => 128 + 180 * ((x - 0.5) * c + (y - 0.5) * s));
};

export const disc: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, seed % 2 === 0 ? 0 : 20);
  const r = drawing.random.uniform(0.15, 0.48);
  const squeeze = drawing.random.uniform(0.6, 1);
  return drawing.ellipse(0.5, 0.5, r, r * squeeze, drawing.random.uniform(90, 255));
};

export const rings: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const waves = drawing.random.uniform(6, 60);
  return drawing.map((x, y) => 128 + 120 * Math.sin(waves * Math.hypot(x - 0.5, y - 0.5)));
};

export const checks: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const cells = drawing.random.integer(3, 24);
  const [dark, bright] = [drawing.random.uniform(0, 90), drawing.random.uniform(150, 255)];
  return drawing.map((x, y) =>
    (Math.floor(x * cells) + Math.floor(y * cells)) % 2 ? bright : dark,
  );
};

export const stripes: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const [count, vertical] = [drawing.random.integer(3, 40), drawing.random.chance(0.5)];
  const soft = drawing.random.chance(0.5);
  return drawing.map((x, y) => {
    const wave = Math.sin(2 * Math.PI * count * (vertical ? x : y));
    return soft ? 128 + 120 * wave : wave > 0 ? 220 : 20;
  });
};

/** Spokes, as in a lens test chart. */
export const spokes: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const count = drawing.random.integer(6, 40);
  return drawing.map((x, y) =>
    Math.hypot(x - 0.5, y - 0.5) < 0.48 && Math.sin(count * Math.atan2(y - 0.5, x - 0.5)) > 0
      ? 0
      : 255,
  );
};

/** Bars of grey steps over bars of lines, as in a screen test chart. */
export const testCard: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const bars = drawing.random.integer(5, 12);
  return drawing.map((x, y) => {
    if (y < 0.6) return (255 * Math.floor(x * bars)) / (bars - 1);
    if (y < 0.75) return (255 * (bars - 1 - Math.floor(x * bars))) / (bars - 1);
    return Math.sin(2 * Math.PI * x * x * 40) > 0 ? 255 : 0;
  });
};

export const blocks: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 255);
  const cells = drawing.random.integer(15, 45);
  const dark = Array.from({ length: cells * cells }, () => drawing.random.chance(0.5));
  return drawing.map((x, y) =>
    dark[Math.floor(y * cells) * cells + Math.floor(x * cells)] ? 0 : 255,
  );
};

/** A mask of lesions: white patches on black. */
export const patches: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const { random } = drawing;
  const count = random.integer(1, 9);
  for (let i = 0; i < count; i++) {
    const [x, y] = [random.uniform(0.2, 0.8), random.uniform(0.3, 0.7)];
    const value = random.chance(0.7) ? 255 : 127;
    drawing.ellipse(
      x,
      y,
      random.uniform(0.01, 0.1),
      random.uniform(0.01, 0.14),
      value,
      random.uniform(0, 3),
    );
  }
  return drawing;
};

/** A mask of both lungs: white on black, or black on white. */
export const lungShapes: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const { random } = drawing;
  const height = random.uniform(0.18, 0.32);
  for (const side of [-1, 1]) {
    drawing.ellipse(0.5 + side * 0.2, 0.5, random.uniform(0.1, 0.15), height, 255, side * 0.15);
  }
  drawing.ellipse(0.53, 0.45, 0.11, 0.13, 0);
  return random.chance(0.5) ? drawing : drawing.map((_x, _y, value) => 255 - value);
};

/** Cells under a microscope. */
export const cells: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, seed % 2 === 0 ? 225 : 15);
  const { random } = drawing;
  drawing.clouds(12, 4, 3);
  const count = random.integer(20, 60);
  for (let i = 0; i < count; i++) {
    const [x, y, r] = [random.uniform(), random.uniform(), random.uniform(0.015, 0.05)];
    drawing.ellipse(x, y, r, r * random.uniform(0.6, 1), 150).ellipse(x, y, r * 0.4, r * 0.4, 60);
  }
  return drawing.blur(1).noise(6);
};

/** A sector of ultrasound: speckle in a fan on black. */
export const ultrasound: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 110).clouds(60, 5, 4);
  const spread = drawing.random.uniform(0.5, 0.9);
  for (let i = drawing.random.integer(0, 4); i > 0; i--) {
    const [x, y] = [drawing.random.uniform(0.35, 0.65), drawing.random.uniform(0.3, 0.7)];
    drawing.ellipse(
      x,
      y,
      drawing.random.uniform(0.03, 0.1),
      drawing.random.uniform(0.03, 0.08),
      15,
    );
  }
  drawing.noise(35).map((x, y, value) => value * (0.5 + 0.5 * Math.sin(12 * y)));
  return drawing.map((x, y, value) => {
    const [angle, r] = [Math.atan2(x - 0.5, y + 0.05), Math.hypot(x - 0.5, y + 0.05)];
    return Math.abs(angle) < spread && r > 0.15 && r < 0.98 ? value : 0;
  });
};

/** The back of an eye: a bright disc with vessels. */
export const retina: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed).ellipse(0.5, 0.5, 0.46, 0.46, 120).clouds(15, 3, 3);
  const { random } = drawing;
  drawing.ellipse(0.3, 0.5, 0.06, 0.07, 220);
  for (let i = 0; i < 14; i++) {
    let [x, y, angle] = [0.3, 0.5, random.uniform(0, 2 * Math.PI)];
    for (let step = 0; step < 30; step++) {
      x += 0.018 * Math.cos(angle);
      y += 0.018 * Math.sin(angle);
      angle += random.uniform(-0.25, 0.25);
      if (Math.hypot(x - 0.5, y - 0.5) > 0.45) break;
      drawing.ellipse(x, y, 0.011, 0.006, 60, angle);
    }
  }
  return drawing.map((x, y, value) => (Math.hypot(x - 0.5, y - 0.5) > 0.46 ? 0 : value)).blur(1);
};

/** A hand or a long bone on an X-ray: bright bones on a soft outline. */
export const boneXray: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 8);
  const { random } = drawing;
  const fingers = random.integer(1, 5);
  for (let i = 0; i < fingers; i++) {
    const x = 0.5 + (i - (fingers - 1) / 2) * 0.15;
    const tilt = (i - (fingers - 1) / 2) * 0.12;
    drawing.ellipse(x, 0.45, 0.065, 0.4, 70, -tilt);
  }
  for (let i = 0; i < fingers; i++) {
    const x = 0.5 + (i - (fingers - 1) / 2) * 0.15;
    const tilt = (i - (fingers - 1) / 2) * 0.12;
    for (const y of [0.2, 0.4, 0.62])
      drawing.ellipse(x - (0.45 - y) * tilt, y, 0.03, 0.09, 190, -tilt);
  }
  return drawing.blur(3).noise(4);
};

/** A brain by magnetic resonance: a bright rim, dark ventricles, bright or dark matter. */
export const brainMr: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 3);
  const { random } = drawing;
  const [a, b] = [random.uniform(0.28, 0.38), random.uniform(0.34, 0.44)];
  const [rim, grey, white, fluid] = random.chance(0.5) ? [200, 90, 140, 25] : [150, 130, 85, 235];
  drawing.ellipse(0.5, 0.5, a, b, rim).ellipse(0.5, 0.5, a - 0.025, b - 0.025, 15);
  drawing.ellipse(0.5, 0.5, a - 0.045, b - 0.045, grey);
  drawing.ellipse(0.5, 0.5, a - 0.09, b - 0.1, white).clouds(18, 8, 4);
  for (const side of [-1, 1])
    drawing.ellipse(0.5 + side * 0.04, 0.48, 0.022, 0.1, fluid, side * 0.3);
  return drawing
    .map((_x, _y, value) => Math.max(0, value))
    .blur(1)
    .noise(5);
};

/** A knee or a spine by magnetic resonance, without air inside. */
export const jointMr: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 4);
  const { random } = drawing;
  drawing.ellipse(0.5, 0.5, random.uniform(0.25, 0.4), 0.55, 190);
  drawing.ellipse(0.5, 0.24, 0.2, 0.2, 120).ellipse(0.5, 0.76, 0.19, 0.2, 125);
  drawing.ellipse(0.5, 0.49, 0.16, 0.02, 20).clouds(20, 6, 4);
  return drawing
    .map((x, y, value) => Math.max(0, value))
    .blur(1)
    .noise(6);
};

/** The abdomen by magnetic resonance: bright fat, dark bowel. */
export const abdomenMr: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 3);
  const { random } = drawing;
  const [a, b] = [random.uniform(0.36, 0.44), random.uniform(0.24, 0.32)];
  drawing.ellipse(0.5, 0.5, a, b, 230).ellipse(0.5, 0.5, a - 0.03, b - 0.03, 90);
  drawing.ellipse(0.34, 0.46, 0.15, 0.15, random.uniform(90, 150));
  drawing.ellipse(0.67, 0.55, 0.06, 0.08, 160).ellipse(0.5, 0.66, 0.05, 0.045, 60);
  for (let i = random.integer(1, 5); i > 0; i--) {
    drawing.ellipse(
      random.uniform(0.42, 0.7),
      random.uniform(0.34, 0.5),
      0.04,
      0.03,
      random.uniform(5, 220),
    );
  }
  return drawing
    .clouds(14, 8, 3)
    .map((_x, _y, value) => Math.max(0, value))
    .blur(1)
    .noise(5);
};

/** A breast X-ray: a half ellipse of bright strands at one side. */
export const mammogram: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 4);
  drawing.ellipse(0, 0.5, drawing.random.uniform(0.5, 0.75), 0.45, 90);
  drawing.map((_x, _y, value) => (value > 50 ? value : -500)).clouds(70, 5, 6);
  return drawing.map((_x, _y, value) => Math.max(3, value));
};

/** Hills under a sky with a sun: grey values similar to a photograph's. */
export const landscape: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const { random } = drawing;
  const hills = Array.from({ length: 4 }, (_, i) => ({
    base: 0.35 + 0.15 * i + random.uniform(-0.05, 0.05),
    wave: random.uniform(2, 7),
    phase: random.uniform(0, 6),
    tone: 150 - 30 * i,
  }));
  drawing
    .map((_x, y) => 220 - 80 * y)
    .ellipse(random.uniform(), 0.15, 0.06, 0.06, 255)
    .clouds(15, 4, 4);
  for (const { base, wave, phase, tone } of hills) {
    drawing.map((x, y, before) =>
      y > base + 0.06 * Math.sin(wave * x * 2 + phase) ? tone + 0.2 * (before - 150) : before,
    );
  }
  return drawing.clouds(12, 24, 3);
};

/** The Julia set of a point: a fractal. */
export const fractal: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed);
  const angle = drawing.random.uniform(0, 2 * Math.PI);
  const [cx, cy] = [0.7885 * Math.cos(angle), 0.7885 * Math.sin(angle)];
  return drawing.map((x, y) => {
    let [u, v, steps] = [3 * (x - 0.5), 3 * (y - 0.5), 0];
    while (u * u + v * v < 4 && steps < 60) {
      [u, v] = [u * u - v * v + cx, 2 * u * v + cy];
      steps++;
    }
    return (255 * steps) / 60;
  });
};

/** Stars on a black sky. */
export const stars: DrawGrey = (seed) => {
  const drawing = new Drawing(size, seed, 6);
  const { random } = drawing;
  for (let i = random.integer(20, 80); i > 0; i--) {
    const r = random.uniform(0.002, 0.008);
    drawing.ellipse(random.uniform(), random.uniform(), r, r, random.uniform(100, 255));
  }
  if (random.chance(0.6)) drawing.ellipse(0.5, 0.5, 0.14, 0.06, 120, 0.6).blur(4);
  return drawing.noise(3);
};
