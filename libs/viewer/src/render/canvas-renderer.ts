import { renderPicture } from './render-picture.js';
import type { Renderer, Scene } from './scene.js';

/** Draws on a Canvas 2D, for machines and remote desktops without WebGL2; throws if even that is missing. */
export function createCanvasRenderer(): Renderer {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a Canvas 2D, the browser has none');
  return {
    kind: 'canvas2d',
    canvas,
    draw(scene: Scene | undefined, width: number, height: number): void {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      if (!scene) context.clearRect(0, 0, width, height);
      else {
        context.putImageData(
          new ImageData(renderPicture(scene, width, height), width, height),
          0,
          0,
        );
      }
    },
    dispose: () => {
      canvas.width = canvas.height = 0;
    },
  };
}
