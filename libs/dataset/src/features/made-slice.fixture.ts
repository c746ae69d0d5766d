import { SeededRandom } from '@groundglass/core';
import sharp, { type Sharp } from 'sharp';

/**
 * A picture that a program takes for a slice: a bright body with two dark lungs and bright vessels of random positions and sizes. Another
 * seed is another patient.
 *
 * @returns 8-bit grey of `side × side`.
 */
export function madeSlice(seed: number, side = 200): Sharp {
  const stream = new SeededRandom(seed);
  const random = () => stream.uniform();
  const vessels = Array.from({ length: 90 }, () => ({
    x: 0.15 + 0.7 * random(),
    y: 0.25 + 0.5 * random(),
    radius: 0.006 + 0.02 * random(),
    value: 90 + 120 * random(),
  }));
  const body = { a: 0.4 + 0.07 * random(), b: 0.28 + 0.14 * random() };
  const lungs = [0.31, 0.69].map((x) => ({
    x: x + 0.06 * (random() - 0.5),
    y: 0.46 + 0.08 * random(),
    a: 0.1 + 0.07 * random(),
    b: 0.15 + 0.12 * random(),
  }));
  const pixels = Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side];
    if (((x - 0.5) / body.a) ** 2 + ((y - 0.5) / body.b) ** 2 > 1) return 8;
    let value = 170;
    if (lungs.some((lung) => ((x - lung.x) / lung.a) ** 2 + ((y - lung.y) / lung.b) ** 2 < 1))
      value = 40;
    for (const vessel of vessels) {
      const distance = ((x - vessel.x) ** 2 + (y - vessel.y) ** 2) / vessel.radius ** 2;
      if (distance < 4) value += (vessel.value - value) * Math.exp(-distance);
    }
    return Math.round(value + 6 * (random() - 0.5));
  });
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w');
}
