import { overlayMask } from '@groundglass/core/browser';
import type { Thumbnail } from './gallery-model.js';

/** Draws a thumbnail, with the mask over it if wanted and known. */
export function drawThumbnail(
  canvas: HTMLCanvasElement,
  { columns, rows, grey, mask }: Thumbnail,
  isMaskVisible: boolean,
): void {
  const shown = isMaskVisible && mask?.length === grey.length ? mask : undefined;
  // An empty mask draws nothing and takes the same path.
  const probabilities = Float32Array.from(
    shown ?? new Uint8Array(grey.length),
    (value) => value / 255,
  );
  const rgba = overlayMask({ columns, rows, pixels: grey }, probabilities);
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  canvas.getContext('2d')!.putImageData(new ImageData(rgba as ImageDataArray, columns, rows), 0, 0);
}
