import type { Measurement, SlicePoint } from '../measure/measurement.js';
import { fromSlicePoint, type Viewport } from '../viewport.js';
import { shape } from './shapes.js';

/** Overlays of a picture: measurements, and the lines of the planes. */
export interface MeasureLayer {
  readonly element: SVGElement;
  draw(
    viewport: Viewport | undefined,
    measurements: readonly { readonly of: Measurement; readonly text: string }[],
    cross: SlicePoint | undefined,
  ): void;
}

/** An empty layer over the whole stage. */
export function createMeasureLayer(): MeasureLayer {
  const element = shape('svg', { class: 'layer', 'aria-hidden': 'true' });
  return {
    element,
    draw(viewport, measurements, cross) {
      if (!viewport) {
        element.replaceChildren();
        return;
      }
      element.replaceChildren(
        ...(cross ? crossLines(viewport, cross) : []),
        ...measurements.flatMap(({ of, text }) => shapesOf(viewport, of, text)),
      );
    },
  };
}

/** Two lines through a point, in the colour of the planes. */
export function crossLines(viewport: Viewport, point: SlicePoint): SVGElement[] {
  const [x, y] = fromSlicePoint(viewport, point[0] + 0.5, point[1] + 0.5);
  return [
    shape('line', { class: 'cross', x1: x, y1: 0, x2: x, y2: '100%' }),
    shape('line', { class: 'cross', x1: 0, y1: y, x2: '100%', y2: y }),
  ];
}

function shapesOf(
  viewport: Viewport,
  { id, kind, from, to }: Measurement,
  text: string,
): SVGElement[] {
  const [x1, y1] = fromSlicePoint(viewport, ...from);
  const [x2, y2] = fromSlicePoint(viewport, ...to);
  const outline =
    kind === 'ruler'
      ? (name: string) => shape('line', { class: name, x1, y1, x2, y2 })
      : (name: string) =>
          shape('ellipse', {
            class: name,
            ...{ cx: (x1 + x2) / 2, cy: (y1 + y2) / 2 },
            ...{ rx: Math.abs(x2 - x1) / 2, ry: Math.abs(y2 - y1) / 2 },
          });
  const [x, y] = [Math.max(x1, x2) + 6, Math.max(y1, y2)];
  return [
    outline('measure-edge'),
    outline('measure'),
    shape('text', { class: 'measure-text', x, y }, `${id}  ${text}`),
  ];
}
