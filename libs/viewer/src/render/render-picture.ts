import type { Scene, SceneOverlay } from './scene.js';
import { area, classArea, colourOfArea, differenceColours, luminance, tint } from './tint.js';

/**
 * Draws a scene without a GPU. This is the reference; the shader in `webgl-renderer.ts` follows it and may differ by one
 * level through rounding.
 *
 * @returns `width * height * 4` bytes of RGBA, transparent outside of the slice.
 */
export function renderPicture(
  scene: Scene,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(width * height * 4);
  const margin = scene.overlay?.lineWidth ?? 0;
  const across = new Axis(scene.left, scene.stepX, scene.columns, width, margin);
  const down = new Axis(scene.top, scene.stepY, scene.rows, height, margin);
  if (scene.colours) drawColours(rgba, scene, scene.colours, across, down);
  else drawSlice(rgba, scene, across, down);
  if (scene.overlay) drawOverlay(rgba, scene, scene.overlay, across, down);
  return rgba;
}

/**
 * Maps the canvas pixels of a row or a column to the slice's, with some beyond each end of the canvas. Index 0 is the first of
 * those.
 */
class Axis {
  /** Canvas pixels and those beyond. */
  readonly count: number;
  /** Which of them are on the slice: from the first one to before the second. */
  readonly from: number;
  readonly to: number;
  readonly nearest: Int32Array;
  /** For bilinear interpolation between pixel centres, with edge pixels extended to the border: two pixels and the second one's share. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float64Array;

  /** @param start and step in slice pixels, of the canvas's edge and from one canvas pixel to the next. */
  constructor(
    start: number,
    step: number,
    slicePixels: number,
    canvasPixels: number,
    readonly margin: number,
  ) {
    this.count = canvasPixels + 2 * margin;
    this.nearest = new Int32Array(this.count);
    this.first = new Int32Array(this.count);
    this.second = new Int32Array(this.count);
    this.share = new Float64Array(this.count);
    let [from, to] = [this.count, 0];
    for (let i = 0; i < this.count; i++) {
      const at = start + (i - margin + 0.5) * step;
      if (at < 0 || at >= slicePixels) continue;
      from = Math.min(from, i);
      to = i + 1;
      const centred = Math.min(slicePixels - 1, Math.max(0, at - 0.5));
      this.nearest[i] = Math.floor(at);
      this.first[i] = Math.floor(centred);
      this.second[i] = Math.min(slicePixels - 1, this.first[i]! + 1);
      this.share[i] = centred - this.first[i]!;
    }
    this.from = from;
    this.to = to;
  }
}

type Values = Float32Array | Uint8Array;

/** Calls back with the values along one row of the canvas, from `across.from` to `across.to`. */
type RowSampler = (values: Values, j: number, row: Float64Array) => void;

function samplerOf(scene: Scene, across: Axis, down: Axis): RowSampler {
  return scene.interpolation === 'linear'
    ? linearSampler(scene.columns, across, down)
    : nearestSampler(scene.columns, across, down);
}

function nearestSampler(columns: number, across: Axis, down: Axis): RowSampler {
  const { from, to, nearest } = across;
  return (values, j, row) => {
    const start = down.nearest[j]! * columns;
    for (let i = from; i < to; i++) row[i] = values[start + nearest[i]!]!;
  };
}

function linearSampler(columns: number, across: Axis, down: Axis): RowSampler {
  const { from, to, first, second, share } = across;
  return (values, j, row) => {
    const above = down.first[j]! * columns;
    const below = down.second[j]! * columns;
    const y = down.share[j]!;
    for (let i = from; i < to; i++) {
      const left = first[i]!;
      const right = second[i]!;
      const x = share[i]!;
      const top = values[above + left]! * (1 - x) + values[above + right]! * x;
      const bottom = values[below + left]! * (1 - x) + values[below + right]! * x;
      row[i] = top * (1 - y) + bottom * y;
    }
  };
}

/** Draws a picture in its own colours, each channel sampled as grey values are. */
function drawColours(
  rgba: Uint8ClampedArray,
  scene: Scene,
  colours: Uint8ClampedArray,
  across: Axis,
  down: Axis,
): void {
  const { margin } = across;
  const sample = samplerOf(scene, across, down);
  const width = across.count - 2 * margin;
  const values = new Float64Array(across.count);
  const channel = new Uint8Array(colours.length / 4);
  for (let k = 0; k < 3; k++) {
    for (let at = 0; at < channel.length; at++) channel[at] = colours[4 * at + k]!;
    for (let j = Math.max(margin, down.from); j < Math.min(down.count - margin, down.to); j++) {
      sample(channel, j, values);
      for (let i = Math.max(margin, across.from); i < Math.min(margin + width, across.to); i++) {
        const to = 4 * ((j - margin) * width + i - margin);
        const value = scene.inverted ? 255 - values[i]! : values[i]!;
        rgba[to + k] = Math.floor(value + 0.5);
        rgba[to + 3] = 255;
      }
    }
  }
}

function drawSlice(rgba: Uint8ClampedArray, scene: Scene, across: Axis, down: Axis): void {
  const { pixels, window, inverted } = scene;
  const { margin } = across;
  const low = window.center - window.width / 2;
  const sample = samplerOf(scene, across, down);
  const values = new Float64Array(across.count);
  // Four bytes at once; every machine with a browser is little-endian.
  const rgba32 = new Uint32Array(rgba.buffer);
  const opaque = 0xff000000;
  const isDifference = scene.palette === 'difference';
  const width = across.count - 2 * margin;
  const from = Math.max(margin, across.from);
  const to = Math.min(margin + width, across.to);
  for (let j = Math.max(margin, down.from); j < Math.min(down.count - margin, down.to); j++) {
    sample(pixels, j, values);
    let at = (j - margin) * width + from - margin;
    for (let i = from; i < to; i++, at++) {
      const value = (values[i]! - low) / window.width;
      // A NaN compares false and becomes black.
      const shown = value > 0 ? Math.min(1, value) : 0;
      const grey = Math.floor((inverted ? 1 - shown : shown) * 255 + 0.5);
      rgba32[at] = opaque | (isDifference ? difference[grey]! : grey * 0x010101);
    }
  }
}

/** Colours of windowed differences, 0 to 255; blue, green and red from the highest byte on. */
const difference = Uint32Array.from({ length: 256 }, (_, grey) => {
  const share = (2 * grey) / 255 - 1;
  const [red, green, blue] = share > 0 ? differenceColours.above : differenceColours.below;
  const part = (channel: number) => Math.floor(channel * Math.abs(share) + 0.5);
  return (part(blue) << 16) | (part(green) << 8) | part(red);
});

/** Draws the model's and the expert's masks over the slice. */
function drawOverlay(
  rgba: Uint8ClampedArray,
  scene: Scene,
  overlay: SceneOverlay,
  across: Axis,
  down: Axis,
): void {
  const areas = areasOf(scene, overlay, across, down);
  const sample = samplerOf(scene, across, down);
  const { margin, count: stride } = across;
  const certainties = new Float64Array(stride);
  for (let j = margin; j < down.count - margin; j++) {
    if (overlay.mask) sample(overlay.mask, j, certainties);
    for (let i = margin; i < stride - margin; i++) {
      const at = j * stride + i;
      const here = areas[at]!;
      if (here === area.none) continue;
      const to = ((j - margin) * (stride - 2 * margin) + i - margin) * 4;
      const grey = scene.colours ? luminance([rgba[to]!, rgba[to + 1]!, rgba[to + 2]!]) : rgba[to]!;
      const colour = colourOfArea(here);
      const isEdge =
        areas[at - margin] !== here ||
        areas[at + margin] !== here ||
        areas[at - margin * stride] !== here ||
        areas[at + margin * stride] !== here;
      if (isEdge) {
        const share = overlay.style === 'contour' ? 1 : overlay.opacity;
        for (let k = 0; k < 3; k++) {
          const own = rgba[to + k]!;
          rgba[to + k] = own + (colour[k]! - own) * share;
        }
      } else if (overlay.style === 'fill') {
        // Uncertain areas of the model are pale; the expert's are full.
        const certainty = here === area.lesion ? certainties[i]! / 255 : 1;
        rgba.set(tint(grey, colour, overlay.opacity * certainty), to);
      }
    }
  }
}

/** The area of each canvas pixel, including those beyond the canvas that its outlines read. */
function areasOf(
  scene: Scene,
  { mask, truth, threshold, classes }: SceneOverlay,
  across: Axis,
  down: Axis,
): Uint8Array {
  const areas = new Uint8Array(across.count * down.count);
  const sample = samplerOf(scene, across, down);
  // Truth is binary and stays on the pixel grid: smoothing it would invent an outline that the expert did not draw.
  const sampleTruth = nearestSampler(scene.columns, across, down);
  const found = new Float64Array(across.count);
  const real = new Float64Array(across.count);
  for (let j = down.from; j < down.to; j++) {
    if (mask && !classes) sample(mask, j, found);
    if (truth) sampleTruth(truth, j, real);
    for (let i = across.from; i < across.to; i++) {
      if (classes) {
        areas[j * across.count + i] = classArea(real[i]!);
        continue;
      }
      const isFound = mask !== undefined && found[i]! >= threshold * 255;
      areas[j * across.count + i] = areaOf(isFound, real[i]! > 0, truth !== undefined);
    }
  }
  return areas;
}

function areaOf(isFound: boolean, isReal: boolean, isCompared: boolean): number {
  if (!isCompared) return isFound ? area.lesion : area.none;
  if (isFound) return isReal ? area.truePositive : area.falsePositive;
  return isReal ? area.falseNegative : area.none;
}
