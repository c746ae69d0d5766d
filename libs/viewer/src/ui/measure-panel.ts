import {
  histogramOf,
  measureRegion,
  type Histogram,
  type Measurement,
} from '../measure/measurement.js';
import { fillIn, type ViewerStrings } from '../strings.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import { iconButton, section } from './controls.js';
import { describeMeasurement, value } from './describe-measurement.js';
import { make, setText, show } from './dom.js';
import { pixelSizeOf } from './stage.js';

/** The measurements of the slice, and the histogram of the last region or of the whole slice. */
export function createMeasurePanel(strings: ViewerStrings, actions: ViewActions): Part {
  const list = make('ul', { class: 'measurements' });
  const note = make('p', { class: 'note' }, strings.noMeasurements);
  const canvas = make('canvas', { class: 'histogram', attributes: { role: 'img' } });
  const caption = make('p', { class: 'note' });
  const element = section(strings.measurements, note, list, canvas, caption);
  let shown = '';
  let counted: { of: Float32Array; region: Measurement | undefined } | undefined;

  function fillList(model: ViewModel, here: readonly Measurement[]): void {
    const { slice, volume, view } = model;
    if (!slice) return;
    const size = pixelSizeOf(volume);
    const rows = here.map((each) => ({
      each,
      text: describeMeasurement(each, slice, size, strings),
    }));
    const key = JSON.stringify(rows);
    if (key === shown) return;
    shown = key;
    list.replaceChildren(
      ...rows.map(({ each, text }) =>
        make(
          'li',
          {},
          make('span', {}, `${each.id}  ${text}`),
          iconButton('copy', fillIn(strings.copyMeasurement, each.id), () => {
            actions.copy(text);
          }),
          iconButton('close', fillIn(strings.removeMeasurement, each.id), () => {
            actions.change({ measurements: view.measurements.filter(({ id }) => id !== each.id) });
          }),
        ),
      ),
    );
  }

  return {
    element,
    update(model) {
      const { slice, view, window } = model;
      const here = slice ? view.measurements.filter((each) => each.slice === slice.index) : [];
      show(note, here.length === 0);
      show(list, here.length > 0);
      fillList(model, here);
      const isOpen = (element as HTMLDetailsElement).open && view.panelOpen;
      show(canvas, slice !== undefined);
      if (!slice || !isOpen) return;
      const region = here.findLast(({ kind }) => kind === 'roi');
      if (
        counted?.of === slice.pixels &&
        counted.region === region &&
        canvas.dataset.window === keyOf(window)
      )
        return;
      counted = { of: slice.pixels, region };
      canvas.dataset.window = keyOf(window);
      const values = region ? measureRegion(slice, region, undefined).values : slice.pixels;
      const histogram = histogramOf(values, slice.unit);
      if (!histogram) {
        show(canvas, false);
        setText(caption, strings.roiEmpty);
        return;
      }
      const [low, high] = [histogram.low, histogram.high].map((end) => value(end, slice.unit));
      const text = fillIn(
        region ? strings.histogramRoi : strings.histogramSlice,
        ...[low!, high!, region?.id ?? ''],
      );
      canvas.setAttribute('aria-label', text);
      setText(caption, text);
      drawHistogram(canvas, histogram, window);
    },
  };
}

function keyOf({ center, width }: ViewModel['window']): string {
  return `${center} ${width}`;
}

/** Bars on a square root scale, so that a lesion's few pixels are visible next to the lung's many; the window is shaded. */
function drawHistogram(
  canvas: HTMLCanvasElement,
  { low, high, counts }: Histogram,
  window: ViewModel['window'],
): void {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const { color } = getComputedStyle(canvas);
  context.clearRect(0, 0, width, height);
  context.fillStyle = color;
  const at = (value: number) => ((value - low) / (high - low)) * width;
  const [from, to] = [at(window.center - window.width / 2), at(window.center + window.width / 2)];
  context.globalAlpha = 0.18;
  context.fillRect(from, 0, to - from, height);
  context.globalAlpha = 1;
  const most = Math.sqrt(Math.max(...counts));
  const step = width / counts.length;
  for (const [bin, count] of counts.entries()) {
    const tall = (Math.sqrt(count) / most) * height;
    context.fillRect(bin * step, height - tall, Math.max(1, step - ratio / 2), tall);
  }
}
