import type { Window } from '@groundglass/core/browser';

/** All input of a picture on the stage; both renderers draw the same picture from it. */
export interface Scene {
  readonly columns: number;
  readonly rows: number;
  /** `rows * columns` values in HU or grey. */
  readonly pixels: Float32Array;
  readonly window: Window;
  readonly inverted: boolean;
  readonly interpolation: 'nearest' | 'linear';
  /** Slice coordinates of the canvas's top left corner, and the size of one canvas pixel in them. */
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
  /** RGBA of `rows * columns`, shown instead of the grey values; the window has no effect on them. */
  readonly colours?: Uint8ClampedArray | undefined;
  /** `difference` draws windowed values around the middle: blue below it, black on it, orange above. */
  readonly palette?: 'grey' | 'difference';
  readonly overlay: SceneOverlay | undefined;
}

/** What is drawn over the slice. */
export interface SceneOverlay {
  /** `rows * columns` lesion probabilities times 255; undefined if there is no prediction. */
  readonly mask: Uint8Array | undefined;
  /** `rows * columns` of the expert's mask, lesion if not 0; undefined unless it is compared. */
  readonly truth: Uint8Array | undefined;
  /** Whether `truth` is drawn in its classes' colours instead of the comparison. */
  readonly classes?: boolean;
  readonly style: 'fill' | 'contour';
  readonly opacity: number;
  readonly threshold: number;
  /** Width of the outline in canvas pixels. */
  readonly lineWidth: number;
}

/** Renderer: `webgl2`, `canvas2d`, or `auto`, which is WebGL2 if there is a GPU for it. */
export type RendererChoice = 'auto' | Renderer['kind'];

/** Draws scenes on its own canvas. */
export interface Renderer {
  readonly kind: 'webgl2' | 'canvas2d';
  readonly canvas: HTMLCanvasElement;
  /** @param width and height in canvas pixels. */
  draw(scene: Scene | undefined, width: number, height: number): void;
  dispose(): void;
}
