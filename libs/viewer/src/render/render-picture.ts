import type { Colour } from '@groundglass/core/browser';
import type { Scene, SceneOverlay } from './scene.js';
import { area, areaColours, tint } from './tint.js';

/**
 * Draws a scene without a GPU. This is the definition of the picture; the shader in `webgl-renderer.ts` follows it line by line
 * and may differ by one level through rounding.
 *
 * @returns `width * height * 4` bytes of RGBA, transparent outside of the slice.
 */
export function renderPicture(
  scene: Scene,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const { columns, rows, pixels, window, overlay } = scene;
  const rgba = new Uint8ClampedArray(width * height * 4);
  const low = window.center - window.width / 2;
  const sample = scene.interpolation === 'linear' ? sampleLinear : sampleNearest;
  const areaAt = overlay ? areaSampler(scene, overlay) : undefined;
  for (let py = 0, to = 0; py < height; py++) {
    const y = scene.top + (py + 0.5) * scene.stepY;
    for (let px = 0; px < width; px++, to += 4) {
      const x = scene.left + (px + 0.5) * scene.stepX;
      if (x < 0 || y < 0 || x >= columns || y >= rows) continue;
      const value = (sample(pixels, columns, rows, x, y) - low) / window.width;
      // A NaN compares false and becomes black.
      const shown = value > 0 ? Math.min(1, value) : 0;
      const grey = Math.round((scene.inverted ? 1 - shown : shown) * 255);
      rgba[to] = rgba[to + 1] = rgba[to + 2] = grey;
      rgba[to + 3] = 255;
      if (overlay && areaAt) drawOverlay(rgba, to, grey, scene, overlay, areaAt, x, y);
    }
  }
  return rgba;
}

type AreaSampler = (x: number, y: number) => number;

function drawOverlay(
  rgba: Uint8ClampedArray,
  to: number,
  grey: number,
  scene: Scene,
  overlay: SceneOverlay,
  areaAt: AreaSampler,
  x: number,
  y: number,
): void {
  const here = areaAt(x, y);
  if (here === area.none) return;
  const colour: Colour = areaColours[here]!;
  const dx = scene.stepX * overlay.lineWidth;
  const dy = scene.stepY * overlay.lineWidth;
  const edge =
    areaAt(x - dx, y) !== here ||
    areaAt(x + dx, y) !== here ||
    areaAt(x, y - dy) !== here ||
    areaAt(x, y + dy) !== here;
  if (edge) {
    const share = overlay.style === 'contour' ? 1 : overlay.opacity;
    for (let i = 0; i < 3; i++) rgba[to + i] = grey + (colour[i]! - grey) * share;
  } else if (overlay.style === 'fill') {
    // What the model is unsure of is pale; what the expert drew is sure.
    const certainty =
      here === area.lesion && overlay.mask
        ? sampleOf(scene)(overlay.mask, scene.columns, scene.rows, x, y) / 255
        : 1;
    const tinted = tint(grey, colour, overlay.opacity * certainty);
    for (let i = 0; i < 3; i++) rgba[to + i] = tinted[i]!;
  }
}

/** Tells the area at a point of the slice; outside of the slice there is none. */
function areaSampler(scene: Scene, { mask, truth, threshold }: SceneOverlay): AreaSampler {
  const { columns, rows } = scene;
  const sample = sampleOf(scene);
  return (x, y) => {
    if (x < 0 || y < 0 || x >= columns || y >= rows) return area.none;
    const found = mask !== undefined && sample(mask, columns, rows, x, y) >= threshold * 255;
    if (!truth) return found ? area.lesion : area.none;
    // Truth is binary and stays on the pixel grid: smoothing it would invent an outline that nobody drew.
    const real = sampleNearest(truth, columns, rows, x, y) > 0;
    if (found) return real ? area.truePositive : area.falsePositive;
    return real ? area.falseNegative : area.none;
  };
}

function sampleOf({ interpolation }: Scene) {
  return interpolation === 'linear' ? sampleLinear : sampleNearest;
}

type Values = Float32Array | Uint8Array;

function sampleNearest(values: Values, columns: number, _rows: number, x: number, y: number) {
  return values[Math.floor(y) * columns + Math.floor(x)]!;
}

/** Bilinear between pixel centres; the edge pixels reach to the border. */
function sampleLinear(values: Values, columns: number, rows: number, x: number, y: number): number {
  const u = Math.min(columns - 1, Math.max(0, x - 0.5));
  const v = Math.min(rows - 1, Math.max(0, y - 0.5));
  const column = Math.floor(u);
  const row = Math.floor(v);
  const right = Math.min(columns - 1, column + 1);
  const below = Math.min(rows - 1, row + 1);
  const fx = u - column;
  const fy = v - row;
  const top = values[row * columns + column]! * (1 - fx) + values[row * columns + right]! * fx;
  const bottom =
    values[below * columns + column]! * (1 - fx) + values[below * columns + right]! * fx;
  return top * (1 - fy) + bottom * fy;
}
