import type { SeededRandom } from '@groundglass/core';

/** A grey picture, row by row. */
export interface Picture {
  readonly data: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/** The augmentations of a training image; each field's zero (or `[1, 1]`) turns it off. */
export interface Augmentation {
  /** Range of the area of a random crop, as a share of the picture; `[0.5, 1]` in the paper. Above 1 the picture shrinks in a border. */
  readonly cropScale: readonly [low: number, high: number];
  /** Range of the crop's width over height relative to the picture's own. */
  readonly cropRatio: readonly [low: number, high: number];
  /** Probability of a left–right flip. */
  readonly flip: number;
  /** Brightness is multiplied by 1 ± this. */
  readonly brightness: number;
  /** Distance to the mean grey is multiplied by 1 ± this. */
  readonly contrast: number;
  /** Rotation in degrees, uniform in ± this. */
  readonly rotation: number;
  /** Exponent of grey, uniform in `exp(± this)`: simulates another window. */
  readonly gamma: number;
  /** Standard deviation of added noise, uniform between 0 and this. */
  readonly noise: number;
  /** Probability that a border is grey instead of black. */
  readonly border: number;
  /** Probability of a round field with black outside, as from a scanner. */
  readonly roundField: number;
  /** Probability that everything but the lungs is blacked out, as in published lung crops; needs lungs that core finds. */
  readonly lungsOnly: number;
  /** Probability of a reduced resolution, down to 0.4 of the side. */
  readonly downscale: number;
  /** Probability of JPEG loss, of quality 35 to 90. */
  readonly jpeg: number;
  /** Probability that a slice without disease gets another patient's lesions, with their mask. */
  readonly paste: number;
  /** Shape α of the Beta(α, α) with which examples of a batch are mixed, see `mixExamples`. */
  readonly mixup: number;
}

/** No augmentation, for evaluation. */
export const noAugmentation: Augmentation = {
  cropScale: [1, 1],
  cropRatio: [1, 1],
  flip: 0,
  brightness: 0,
  contrast: 0,
  rotation: 0,
  gamma: 0,
  noise: 0,
  border: 0,
  roundField: 0,
  lungsOnly: 0,
  downscale: 0,
  jpeg: 0,
  paste: 0,
  mixup: 0,
};

/** One draw of an {@link Augmentation}: a rectangle of the source in pixels, turned about its centre, and grey changes. */
export interface Transform {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly flip: boolean;
  /** Radians, counter-clockwise as seen on the screen. */
  readonly angle: number;
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
  readonly noise: number;
  /** Grey outside of the picture. */
  readonly fill: number;
}

/**
 * Draws the crop as torchvision's `RandomResizedCrop` does: an area and an aspect ratio (log-uniform) that fit, ten tries,
 * else the whole picture.
 */
export function drawTransform(
  random: SeededRandom,
  { columns, rows }: { columns: number; rows: number },
  augmentation: Augmentation,
): Transform {
  let [left, top, width, height] = [0, 0, columns, rows];
  const { cropScale, cropRatio } = augmentation;
  const zoomsOut = cropScale[1] > 1;
  if (cropScale[0] < 1 || zoomsOut) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = zoomsOut
        ? Math.exp(random.uniform(Math.log(cropScale[0]), Math.log(cropScale[1])))
        : random.uniform(...cropScale);
      const ratio = Math.exp(random.uniform(Math.log(cropRatio[0]), Math.log(cropRatio[1])));
      const w = Math.round(columns * Math.sqrt(area * ratio));
      const h = Math.round(rows * Math.sqrt(area / ratio));
      if (w < 1 || h < 1 || (!zoomsOut && (w > columns || h > rows))) continue;
      [width, height] = [w, h];
      left = placeSpan(random, columns, w);
      top = placeSpan(random, rows, h);
      break;
    }
  }
  const fill = augmentation.border > 0 && random.chance(augmentation.border) ? random.uniform() : 0;
  const spread = (amount: number) => random.uniform(1 - amount, 1 + amount);
  return {
    left,
    top,
    width,
    height,
    flip: random.chance(augmentation.flip),
    angle: (random.uniform(-augmentation.rotation, augmentation.rotation) * Math.PI) / 180,
    brightness: spread(augmentation.brightness),
    contrast: spread(augmentation.contrast),
    gamma: Math.exp(random.uniform(-augmentation.gamma, augmentation.gamma)),
    noise: random.uniform(0, augmentation.noise),
    fill,
  };
}

/** Start of a span of a length that lies inside the picture, or that contains the picture. */
function placeSpan(random: SeededRandom, available: number, length: number): number {
  return length <= available
    ? random.below(available - length + 1)
    : -random.below(length - available + 1);
}

/**
 * Cuts the transform's rectangle out of a picture and scales it to `size × size`, antialiased: where the picture shrinks, each
 * result pixel averages samples on a grid fine enough to skip none. Outside of the picture is `outside`.
 */
export function cutOut(
  picture: Picture,
  transform: Transform,
  size: number,
  { outside = 0, antialias = true }: { outside?: number; antialias?: boolean } = {},
): Float32Array {
  const { data, columns, rows } = picture;
  const { left, top, width, height, flip, angle } = transform;
  const result = new Float32Array(size * size);
  const scaleX = width / size;
  const scaleY = height / size;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const centreX = left + width / 2;
  const centreY = top + height / 2;
  // Masks do without: only the side of the edge that a pixel falls on counts.
  const taps = antialias ? Math.max(1, Math.ceil(Math.max(scaleX, scaleY))) : 1;
  const share = 1 / (taps * taps);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const across = flip ? size - 1 - column : column;
      let sum = 0;
      for (let i = 0; i < taps; i++) {
        const dy = (row + (i + 0.5) / taps) * scaleY - height / 2;
        for (let j = 0; j < taps; j++) {
          const dx = (across + (j + 0.5) / taps) * scaleX - width / 2;
          const x = centreX + cos * dx - sin * dy - 0.5;
          const y = centreY + sin * dx + cos * dy - 0.5;
          sum += sampleBilinear(data, columns, rows, x, y, outside);
        }
      }
      result[row * size + column] = sum * share;
    }
  }
  return result;
}

/** Applies the grey part of a transform in place; values stay in 0–1. */
export function changeGrey(pixels: Float32Array, transform: Transform, random: SeededRandom): void {
  const { brightness, contrast, gamma, noise } = transform;
  if (brightness === 1 && contrast === 1 && gamma === 1 && noise === 0) return;
  let mean = 0;
  for (let i = 0; i < pixels.length; i++) mean += pixels[i]!;
  mean = (mean / pixels.length) * brightness;
  for (let i = 0; i < pixels.length; i++) {
    let value = pixels[i]! * brightness;
    value = mean + (value - mean) * contrast;
    // The sum of three uniforms is close enough to a Gaussian for noise: variance 3 / 12.
    if (noise > 0)
      value += noise * 2 * (random.uniform() + random.uniform() + random.uniform() - 1.5);
    value = value < 0 ? 0 : value > 1 ? 1 : value;
    pixels[i] = gamma === 1 ? value : value ** gamma;
  }
}

function sampleBilinear(
  data: Float32Array,
  columns: number,
  rows: number,
  x: number,
  y: number,
  outside: number,
): number {
  if (x <= -1 || y <= -1 || x >= columns || y >= rows) return outside;
  // The edge extends for half a pixel, as in resizing; beyond that is outside.
  const cx = x < 0 ? 0 : x > columns - 1 ? columns - 1 : x;
  const cy = y < 0 ? 0 : y > rows - 1 ? rows - 1 : y;
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = x0 + 1 < columns ? x0 + 1 : x0;
  const y1 = y0 + 1 < rows ? y0 + 1 : y0;
  const fx = cx - x0;
  const fy = cy - y0;
  const top = data[y0 * columns + x0]! * (1 - fx) + data[y0 * columns + x1]! * fx;
  const bottom = data[y1 * columns + x0]! * (1 - fx) + data[y1 * columns + x1]! * fx;
  return top * (1 - fy) + bottom * fy;
}
