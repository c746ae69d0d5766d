import { SeededRandom } from '@groundglass/core';

/** A square grey picture to draw shapes on; values have no range until they are written. */
export class Drawing {
  readonly values: Float32Array;
  readonly random: SeededRandom;

  constructor(
    readonly size: number,
    seed: number,
    background = 0,
  ) {
    this.values = new Float32Array(size * size).fill(background);
    this.random = new SeededRandom(seed, 0x636f76);
  }

  /** Sets each pixel from its position, both coordinates from 0 to 1, and its current value. */
  map(value: (x: number, y: number, before: number) => number): this {
    const { size, values } = this;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const at = row * size + column;
        values[at] = value((column + 0.5) / size, (row + 0.5) / size, values[at]!);
      }
    }
    return this;
  }

  /** Fills an ellipse; lengths are shares of the side, `tilt` is in radians. */
  ellipse(x: number, y: number, a: number, b: number, value: number, tilt = 0): this {
    const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
    return this.map((px, py, before) => {
      const [dx, dy] = [px - x, py - y];
      const u = (dx * c + dy * s) / a;
      const v = (dy * c - dx * s) / b;
      return u * u + v * v <= 1 ? value : before;
    });
  }

  rectangle(left: number, top: number, width: number, height: number, value: number): this {
    return this.map((x, y, before) =>
      x >= left && x < left + width && y >= top && y < top + height ? value : before,
    );
  }

  /** Adds smooth noise: the sum of octaves from `cells` a side on, each with half the strength of the previous. */
  clouds(strength: number, cells = 4, octaves = 5): this {
    for (let octave = 0; octave < octaves; octave++) {
      const n = cells * 2 ** octave + 2;
      const grid = Float32Array.from({ length: n * n }, () => this.random.uniform(-1, 1));
      const weight = strength / 2 ** octave;
      this.map((x, y, before) => {
        const [gx, gy] = [x * (n - 2), y * (n - 2)];
        const [ix, iy] = [Math.floor(gx), Math.floor(gy)];
        const [fx, fy] = [smooth(gx - ix), smooth(gy - iy)];
        const at = iy * n + ix;
        const top = grid[at]! * (1 - fx) + grid[at + 1]! * fx;
        const bottom = grid[at + n]! * (1 - fx) + grid[at + n + 1]! * fx;
        return before + weight * (top * (1 - fy) + bottom * fy);
      });
    }
    return this;
  }

  /** Adds approximately normal noise to each pixel. */
  noise(deviation: number): this {
    return this.map((_x, _y, before) => before + deviation * this.normal());
  }

  /** Approximately normal, with mean 0 and deviation 1: the sum of six uniform numbers, scaled. */
  normal(): number {
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += this.random.uniform(-1, 1);
    return sum / Math.SQRT2;
  }

  /** Blurs by a box of `radius` pixels, twice. */
  blur(radius: number): this {
    for (let pass = 0; pass < 2; pass++) {
      this.#blurLines(radius, 1, this.size);
      this.#blurLines(radius, this.size, 1);
    }
    return this;
  }

  #blurLines(radius: number, step: number, lineStep: number): void {
    const { size, values } = this;
    const line = new Float32Array(size);
    for (let start = 0; start < size; start++) {
      for (let i = 0; i < size; i++) line[i] = values[start * lineStep + i * step]!;
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let k = i - radius; k <= i + radius; k++)
          sum += line[Math.min(size - 1, Math.max(0, k))]!;
        values[start * lineStep + i * step] = sum / (2 * radius + 1);
      }
    }
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
