import { fillIn, type ViewerStrings } from '../strings.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import type { ViewerVolume } from '../viewer-volume.js';
import { edgeLetters, patientPosition } from '../orientation.js';
import { createCanvasRenderer } from '../render/canvas-renderer.js';
import type { PicturePart } from '../save/view-picture.js';
import type { Renderer, RendererChoice, Scene } from '../render/scene.js';
import { createWebglRenderer } from '../render/webgl-renderer.js';
import { placeSlice, toSlicePoint, type PictureShape, type StageSize } from '../viewport.js';
import { dragWindow } from '../window-choice.js';
import { describeMeasurement } from './describe-measurement.js';
import type { Measurement, PixelSize } from '../measure/measurement.js';
import { icon } from './icons.js';
import { make, setText, show } from './dom.js';
import { createMeasureLayer } from './measure-layer.js';
import { crossOf, hasPlanes } from './plane-view.js';
import { followPointer } from './pointer.js';

/** Milliseconds after the first slice, when it is on the screen and the next ones are loading. */
const gpuDelay = 200;

/** The picture with its letters and readings. */
export interface Stage extends Part {
  /** Size in CSS pixels. */
  readonly size: StageSize;
  readonly renderer: Renderer['kind'];
  /** The reading under the pointer; undefined off the picture. */
  readonly reading: string | undefined;
  /** The parts of the view's picture. */
  readonly picture: PicturePart;
  focus(): void;
  dispose(): void;
}

export function createStage(
  strings: ViewerStrings,
  actions: ViewActions,
  onResize: () => void,
  choice: RendererChoice,
): Stage {
  const letters = {
    left: make('span', { class: 'letter letter-left' }),
    right: make('span', { class: 'letter letter-right' }),
    top: make('span', { class: 'letter letter-top' }),
    bottom: make('span', { class: 'letter letter-bottom' }),
  };
  const windowReading = make('span');
  const zoomReading = make('span');
  const probe = make('div', { class: 'reading reading-probe' });
  const loading = make(
    'div',
    { class: 'loading', attributes: { role: 'status' } },
    make('span', { class: 'spinner' }),
    make('span', {}, strings.loading),
  );
  const surface = make('div', {
    class: 'surface',
    attributes: {
      tabindex: '0',
      role: 'img',
      'aria-roledescription': strings.viewer,
      'aria-label': strings.picture,
    },
  });
  const researchUse = make('span', {}, strings.researchUse);
  const layer = createMeasureLayer();
  const element = make(
    'div',
    { class: 'stage' },
    surface,
    layer.element as unknown as HTMLElement,
    letters.left,
    letters.right,
    letters.top,
    // In rows, not positioned one by one: neighbours never overlap, however narrow the stage.
    make(
      'div',
      { class: 'stage-top' },
      make('div', { class: 'reading reading-view' }, windowReading, zoomReading),
      make('div', { class: 'research-use' }, icon('warning'), researchUse),
    ),
    make('div', { class: 'stage-bottom' }, letters.bottom, probe),
    loading,
  );

  let model: ViewModel | undefined;
  let read: string | undefined;
  let pointer: readonly [number, number] | undefined;
  let isDisposed = false;
  /** The measurement that is being drawn. */
  let drawing: Measurement | undefined;
  const size = { width: 0, height: 0 };
  let renderer =
    (choice === 'webgl2' ? createWebglRenderer(onLost) : undefined) ?? createCanvasRenderer();
  surface.append(renderer.canvas);
  element.dataset.renderer = renderer.kind;
  /** The GPU takes longer to start than drawing a slice without it: the first picture does not wait. */
  let isToTryGpu = choice === 'auto';

  function goOnWith(next: Renderer): void {
    const last = renderer;
    renderer = next;
    draw();
    last.canvas.replaceWith(next.canvas);
    element.dataset.renderer = next.kind;
  }

  /** The GPU was taken away (driver reset, too many contexts): continue without it. */
  function onLost(): void {
    goOnWith(createCanvasRenderer());
  }

  function tryGpu(): void {
    const webgl = isDisposed ? undefined : createWebglRenderer(onLost);
    if (webgl?.isAccelerated) goOnWith(webgl);
    else webgl?.dispose();
  }

  function draw(): void {
    if (size.width === 0 || size.height === 0) return;
    const ratio = globalThis.devicePixelRatio || 1;
    renderer.draw(
      model && sceneOf(model, size, ratio),
      Math.max(1, Math.round(size.width * ratio)),
      Math.max(1, Math.round(size.height * ratio)),
    );
    if (model) showReadings(model);
    drawLayer();
  }

  function drawLayer(): void {
    const slice = model?.slice;
    if (!model || slice?.index !== model.view.slice) {
      layer.draw(undefined, [], undefined);
      return;
    }
    const { view, volume } = model;
    const here = [...view.measurements, ...(drawing ? [drawing] : [])]
      .filter((each) => each.slice === slice.index)
      .map((of) => ({
        of,
        text: describeMeasurement(of, slice, pixelSizeOf(volume), strings),
      }));
    const cross = view.planes && hasPlanes(volume) ? crossOf(model) : undefined;
    layer.draw(placeSlice(shapeOf(model), size, view), here, cross);
  }

  function measure(
    from: readonly [number, number],
    to: readonly [number, number],
    isDone: boolean,
  ): void {
    if (!model?.slice) return;
    const { view, slice } = model;
    if (view.tool !== 'ruler' && view.tool !== 'roi') return;
    const viewport = placeSlice(shapeOf(model), size, view);
    const id = 1 + Math.max(0, ...view.measurements.map((each) => each.id));
    const made: Measurement = {
      ...{ id, kind: view.tool, slice: slice.index },
      ...{ from: toSlicePoint(viewport, ...from), to: toSlicePoint(viewport, ...to) },
    };
    drawing = isDone ? undefined : made;
    if (isDone) actions.change({ measurements: [...view.measurements, made] });
    else drawLayer();
  }

  function showReadings(current: ViewModel): void {
    const { volume, slice, window, view } = current;
    read = undefined;
    const edges = volume?.geometry && edgeLetters(volume.geometry);
    for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
      setText(letters[edge], edges?.[edge] ?? '');
    }
    if (!volume || !slice) {
      for (const reading of [windowReading, zoomReading, probe]) setText(reading, '');
      return;
    }
    const viewport = placeSlice(shapeOf(current), size, view);
    setText(windowReading, `C ${formatNumber(window.center)}  W ${formatNumber(window.width)}`);
    setText(zoomReading, `${Math.round(viewport.scale * 100)} %`);
    const [x, y] = pointer ? toSlicePoint(viewport, ...pointer) : [-1, -1];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= slice.columns || row >= slice.rows) {
      setText(probe, strings.probeOutside);
      return;
    }
    const value = slice.pixels[row * slice.columns + column]!;
    const reading =
      slice.unit === 'HU'
        ? `${formatNumber(value)} HU`
        : `${strings.greyShort} ${value.toFixed(3)}${storedValue(value, volume)}`;
    const parts = [reading, `${column}, ${row}`];
    if (volume.geometry) {
      const place = patientPosition(volume.geometry, column, row, slice.index);
      parts.push(`${place.map((length) => length.toFixed(1)).join(', ')} mm`);
    }
    if (current.mask && view.maskVisible) {
      parts.push(
        `${strings.lesion} ${Math.round((current.mask[row * slice.columns + column]! / 255) * 100)} %`,
      );
    }
    if (current.classes.length > 0 && current.truth && view.maskVisible) {
      const value = current.truth[row * slice.columns + column]!;
      if (value > 0) parts.push(classNameOf(value, current));
    }
    setText(probe, parts.join('   '));
    read = parts.join('   ');
  }

  function classNameOf(value: number, { classes }: ViewModel): string {
    return classes.find((each) => each.value === value)?.name ?? fillIn(strings.classNumber, value);
  }

  followPointer(surface, {
    tool: () => model?.view.tool ?? 'pan',
    sliceCount: () => model?.volume?.sliceCount ?? 1,
    step: (slices) => {
      actions.goTo((model?.view.slice ?? 0) + slices);
    },
    zoom: (factor, at) => {
      actions.zoomBy(factor, at);
    },
    pan: (dx, dy) => {
      actions.pan(dx, dy);
    },
    window: (dx, dy) => {
      if (model?.volume) actions.setWindow(dragWindow(model.window, dx, dy, model.volume.unit));
    },
    fit: () => {
      actions.change({ zoom: 'fit', centre: undefined });
    },
    measure,
    click: (at) => {
      if (!model?.slice || !model.view.planes || !hasPlanes(model.volume)) return;
      const viewport = placeSlice(shapeOf(model), size, model.view);
      const [x, y] = toSlicePoint(viewport, ...at).map(Math.floor) as [number, number];
      actions.change({ cross: [x, y] });
    },
    hover: (at) => {
      pointer = at;
      if (model) showReadings(model);
    },
  });

  const observer = new ResizeObserver(() => {
    const box = surface.getBoundingClientRect();
    size.width = box.width;
    size.height = box.height;
    // Redraw at once: a canvas stretched for one frame would flicker.
    draw();
    onResize();
  });
  observer.observe(surface);

  return {
    element,
    size,
    get picture() {
      const texts = [...Object.values(letters), windowReading, zoomReading];
      return {
        canvas: renderer.canvas,
        layer: layer.element,
        texts: [...texts, researchUse],
      };
    },
    get reading() {
      return read;
    },
    get renderer() {
      return renderer.kind;
    },
    update(next) {
      model = next;
      surface.dataset.tool = next.view.tool;
      show(loading, next.loading);
      surface.setAttribute('aria-busy', String(next.loading));
      draw();
      if (isToTryGpu && next.slice) {
        isToTryGpu = false;
        setTimeout(tryGpu, gpuDelay);
      }
    },
    focus: () => {
      surface.focus({ preventScroll: true });
    },
    dispose() {
      isDisposed = true;
      observer.disconnect();
      renderer.dispose();
    },
  };
}

/** The shape that the viewport needs, with pixels as wide as the file says. */
export function shapeOf({ volume, slice }: Pick<ViewModel, 'volume' | 'slice'>): PictureShape {
  const spacing = volume?.geometry?.spacing ?? volume?.pixelSpacing;
  const source = slice ?? volume;
  return {
    columns: source?.columns ?? 1,
    rows: source?.rows ?? 1,
    pixelAspect: spacing && spacing.row > 0 ? spacing.column / spacing.row : 1,
  };
}

/** Millimetres between pixels; undefined if the file does not say. */
export function pixelSizeOf(volume: ViewerVolume | undefined): PixelSize | undefined {
  const spacing = volume?.geometry?.spacing ?? volume?.pixelSpacing;
  return spacing && { column: spacing.column, row: spacing.row };
}

function sceneOf(model: ViewModel, size: StageSize, ratio: number): Scene | undefined {
  const { slice, view, window, mask, truth, volume, colours } = model;
  if (!slice) return undefined;
  const viewport = placeSlice(shapeOf(model), size, view);
  const isOfClasses = view.classes && model.classes.length > 0;
  const compared = view.comparison || isOfClasses ? truth : undefined;
  const stepX = 1 / (viewport.columnScale * ratio);
  const stepY = 1 / (viewport.scale * ratio);
  const lineWidth = Math.max(1, Math.round((view.maskStyle === 'contour' ? 1.5 : 1) * ratio));
  return {
    columns: slice.columns,
    rows: slice.rows,
    pixels: slice.pixels,
    window,
    inverted: view.inverted,
    interpolation: view.interpolation,
    // Slightly off, so that no canvas pixel is exactly on a border, where the GPU's float32 may round to the other side.
    left: viewport.left + stepX / 1000,
    top: viewport.top + stepY / 1000,
    stepX,
    stepY,
    colours: view.colours ? colours?.data : undefined,
    palette: volume?.isDifference ? 'difference' : 'grey',
    overlay:
      view.maskVisible && (mask ?? compared)
        ? {
            mask,
            truth: compared,
            classes: isOfClasses && compared !== undefined,
            style: view.maskStyle,
            opacity: view.maskOpacity,
            threshold: view.maskThreshold,
            lineWidth,
          }
        : undefined,
  };
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(2)));
}

/** The file's own value behind a grey one, in brackets: 0–255 for 8-bit pictures. */
function storedValue(grey: number, { greyRange }: ViewerVolume): string {
  if (!greyRange) return '';
  const { black, white } = greyRange;
  const value = black + grey * (white - black);
  return ` (${white - black < 10 ? value.toFixed(3) : formatNumber(Math.round(value))})`;
}
