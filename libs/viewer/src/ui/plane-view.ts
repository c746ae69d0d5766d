import { planeShape, planeView, type PlaneName } from '../planes/plane-shape.js';
import { createCanvasRenderer } from '../render/canvas-renderer.js';
import type { Scene } from '../render/scene.js';
import type { PicturePart } from '../save/view-picture.js';
import { fillIn, type ViewerStrings } from '../strings.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import type { ViewerVolume } from '../viewer-volume.js';
import { placeSlice, toSlicePoint, type Viewport } from '../viewport.js';
import { make, setText, show } from './dom.js';
import { crossLines } from './measure-layer.js';
import { shape } from './shapes.js';

/** The planes next to the slice. */
export interface Planes extends Part {
  /** The parts of the view's picture; empty while they are hidden. */
  readonly pictures: readonly PicturePart[];
  dispose(): void;
}

/** Both planes; hidden unless the view has them. */
export function createPlanes(strings: ViewerStrings, actions: ViewActions): Planes {
  const views = (['coronal', 'sagittal'] as const).map((plane) =>
    createPlaneView(plane, strings, actions),
  );
  const element = make('div', { class: 'planes' }, ...views.map((view) => view.element));
  // Hidden until the first frame too: they would push the picture aside.
  element.hidden = true;
  return {
    element,
    update(model) {
      const isShown = hasPlanes(model.volume) && model.view.planes;
      show(element, isShown);
      if (isShown) for (const view of views) view.update(model);
    },
    get pictures() {
      return element.hidden ? [] : views.flatMap((view) => view.pictures);
    },
    dispose() {
      for (const view of views) view.dispose();
    },
  };
}

/** Whether a volume has enough slices to cut across. */
export function hasPlanes(volume: ViewerVolume | undefined): boolean {
  return (volume?.sliceCount ?? 1) > 1;
}

/** Where the planes cut: the user's position, else the middle of the slice. */
export function crossOf({
  view,
  volume,
}: Pick<ViewModel, 'view' | 'volume'>): readonly [column: number, row: number] {
  const [columns, rows] = [volume?.columns ?? 1, volume?.rows ?? 1];
  const [column, row] = view.cross ?? [Math.floor(columns / 2), Math.floor(rows / 2)];
  const clamp = (value: number, count: number) =>
    Math.min(count - 1, Math.max(0, Math.floor(value)));
  return [clamp(column, columns), clamp(row, rows)];
}

function createPlaneView(plane: PlaneName, strings: ViewerStrings, actions: ViewActions): Planes {
  const renderer = createCanvasRenderer();
  const layer = shape('svg', { class: 'layer', 'aria-hidden': 'true' });
  const title = make('div', { class: 'reading plane-title' });
  const letters = {
    left: make('span', { class: 'letter letter-left' }),
    right: make('span', { class: 'letter letter-right' }),
    top: make('span', { class: 'letter letter-top' }),
  };
  const note = make('div', { class: 'reading plane-note', attributes: { role: 'status' } });
  const surface = make(
    'div',
    { class: 'plane-surface', attributes: { tabindex: '0', role: 'img', 'data-plane': plane } },
    renderer.canvas,
    layer,
  );
  const element = make(
    'div',
    { class: 'plane' },
    surface,
    title,
    letters.left,
    letters.right,
    letters.top,
    note,
  );
  let model: ViewModel | undefined;
  const size = { width: 0, height: 0 };
  let flipped: { of: Float32Array; pixels: Float32Array } | undefined;
  let flippedMask: { of: Uint8Array; mask: Uint8Array } | undefined;

  function viewportOf({ volume }: ViewModel): Viewport | undefined {
    if (!volume || size.width === 0) return undefined;
    return placeSlice(planeShape(volume, plane), size, { zoom: 'fit', centre: undefined });
  }

  function draw(): void {
    if (!model?.volume || size.width === 0) return;
    const { volume, view, window } = model;
    const { slice, mask, error } = model.planes[plane];
    const viewport = viewportOf(model);
    const form = planeShape(volume, plane);
    const ratio = globalThis.devicePixelRatio || 1;
    let scene: Scene | undefined;
    if (slice && viewport) {
      if (form.isFlipped && flipped?.of !== slice.pixels)
        flipped = { of: slice.pixels, pixels: turned(slice.pixels, slice.columns) };
      if (mask && form.isFlipped && flippedMask?.of !== mask)
        flippedMask = { of: mask, mask: turned(mask, slice.columns) };
      const stepX = 1 / (viewport.columnScale * ratio);
      const stepY = 1 / (viewport.scale * ratio);
      scene = {
        ...{ columns: slice.columns, rows: slice.rows, window },
        pixels: form.isFlipped ? flipped!.pixels : slice.pixels,
        ...{ inverted: view.inverted, interpolation: view.interpolation },
        ...{ left: viewport.left + stepX / 1000, top: viewport.top + stepY / 1000, stepX, stepY },
        palette: volume.isDifference ? 'difference' : 'grey',
        overlay:
          view.maskVisible && mask
            ? {
                mask: form.isFlipped ? flippedMask!.mask : mask,
                truth: undefined,
                ...{ style: view.maskStyle, opacity: view.maskOpacity },
                ...{ threshold: view.maskThreshold, lineWidth: Math.max(1, Math.round(ratio)) },
              }
            : undefined,
      };
    }
    renderer.draw(
      scene,
      Math.max(1, Math.round(size.width * ratio)),
      Math.max(1, Math.round(size.height * ratio)),
    );
    for (const edge of ['left', 'right', 'top'] as const)
      setText(letters[edge], form.letters?.[edge] ?? '');
    const [column, row] = crossOf(model);
    const index = plane === 'coronal' ? row : column;
    const count = plane === 'coronal' ? volume.rows : volume.columns;
    const name = strings[planeView(volume.geometry, plane)];
    setText(title, fillIn(strings.planeOf, name, index + 1, count));
    surface.setAttribute('aria-label', `${title.textContent}. ${strings.planeKeys}`);
    surface.setAttribute('aria-busy', String(!slice && !error));
    setText(
      note,
      error?.message ??
        (slice ? (form.spacing ? '' : strings.planeNoSpacing) : strings.planeLoading),
    );
    const line = form.isFlipped ? form.rows - 1 - view.slice : view.slice;
    const across = plane === 'coronal' ? column : row;
    layer.replaceChildren(...(viewport && slice ? crossLines(viewport, [across, line]) : []));
  }

  function crossNow({ volume }: ViewModel): readonly [number, number] {
    return crossOf({ view: actions.current(), volume });
  }

  /** Moves the crosshair to a point of the plane. */
  function pick(event: PointerEvent): void {
    const viewport = model && viewportOf(model);
    if (!model?.volume || !viewport) return;
    const box = surface.getBoundingClientRect();
    const form = planeShape(model.volume, plane);
    const [x, y] = toSlicePoint(viewport, event.clientX - box.left, event.clientY - box.top);
    const clamp = (value: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(value)));
    const line = clamp(y, form.rows);
    const [column, row] = crossNow(model);
    const across = clamp(x, form.columns);
    actions.change({
      slice: form.isFlipped ? form.rows - 1 - line : line,
      cross: plane === 'coronal' ? [across, row] : [column, across],
    });
  }

  /** Moves the plane itself through the volume. */
  function step(by: number): void {
    if (!model) return;
    const [column, row] = crossNow(model);
    actions.change({ cross: plane === 'coronal' ? [column, row + by] : [column + by, row] });
  }

  surface.addEventListener('pointerdown', (event) => {
    surface.setPointerCapture(event.pointerId);
    pick(event);
  });
  surface.addEventListener('pointermove', (event) => {
    if (surface.hasPointerCapture(event.pointerId)) pick(event);
  });
  surface.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      step(Math.sign(event.deltaY) * (event.shiftKey ? 10 : 1));
    },
    { passive: false },
  );
  surface.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !model?.volume) return;
    const [column, row] = crossNow(model);
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const through = { PageUp: -1, PageDown: 1 }[event.key];
    const up = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (sideways !== undefined) {
      actions.change({
        cross: plane === 'coronal' ? [column + sideways, row] : [column, row + sideways],
      });
    } else if (through !== undefined) step(through);
    else if (up !== undefined)
      actions.goTo(
        actions.current().slice + (planeShape(model.volume, plane).isFlipped ? -up : up),
      );
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const observer = new ResizeObserver(() => {
    const box = surface.getBoundingClientRect();
    size.width = box.width;
    size.height = box.height;
    draw();
  });
  observer.observe(surface);
  return {
    element,
    update(next) {
      model = next;
      draw();
    },
    get pictures() {
      return [{ canvas: renderer.canvas, layer, texts: [title, ...Object.values(letters)] }];
    },
    dispose() {
      observer.disconnect();
      renderer.dispose();
    },
  };
}

/** The rows of a picture from the last to the first. */
function turned<T extends Float32Array | Uint8Array>(pixels: T, columns: number): T {
  const made = pixels.slice() as T;
  for (
    let from = 0, to = pixels.length - columns;
    from < pixels.length;
    from += columns, to -= columns
  )
    made.set(pixels.subarray(from, from + columns), to);
  return made;
}
