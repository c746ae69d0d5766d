import type { Window } from '@groundglass/core/browser';

/** Everything that decides a picture on the stage; both renderers draw the same picture from it. */
export interface Scene {
  readonly columns: number;
  readonly rows: number;
  /** `rows * columns` values in HU or grey. */
  readonly pixels: Float32Array;
  readonly window: Window;
  readonly inverted: boolean;
  readonly interpolation: 'nearest' | 'linear';
  /** Slice coordinates of the canvas's top left corner, and how far one canvas pixel reaches in them. */
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
  /** RGBA of `rows * columns`, shown in place of the grey values; the window does nothing to them. */
  readonly colours?: Uint8ClampedArray | undefined;
  /** `difference` draws what the window makes 0 to 1 around the middle: blue below it, black on it, orange above. */
  readonly palette?: 'grey' | 'difference';
  readonly overlay: SceneOverlay | undefined;
}

/** What is drawn over the slice. */
export interface SceneOverlay {
  /** `rows * columns` lesion probabilities times 255; undefined where there is no prediction. */
  readonly mask: Uint8Array | undefined;
  /** `rows * columns` of the expert's mask, lesion where it is not 0; undefined unless it is compared. */
  readonly truth: Uint8Array | undefined;
  /** Whether `truth` is drawn in its classes' colours in place of the comparison. */
  readonly classes?: boolean;
  readonly style: 'fill' | 'contour';
  readonly opacity: number;
  readonly threshold: number;
  /** Width of the outline in canvas pixels. */
  readonly lineWidth: number;
}

/** What draws the picture: `auto` takes WebGL2 where there is a GPU for it, else a Canvas 2D. */
export type RendererChoice = 'auto' | Renderer['kind'];

/** Draws scenes on a canvas of its own. */
export interface Renderer {
  readonly kind: 'webgl2' | 'canvas2d';
  readonly canvas: HTMLCanvasElement;
  /** @param width and height in canvas pixels. */
  draw(scene: Scene | undefined, width: number, height: number): void;
  dispose(): void;
}
