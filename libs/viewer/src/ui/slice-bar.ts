import { overlayColours, type SlicePrediction } from '@groundglass/core/browser';
import type { ViewerStrings } from '../strings.js';
import { fillIn } from '../strings.js';
import { scoredSlices } from '../viewer-volume.js';
import type { Part, ViewActions } from '../view-model.js';
import { iconButton } from './controls.js';
import { make, percent, setText, setValue, show } from './dom.js';

/** The slider over the slices, with a bar for each slice's probability and a line for its lesion fraction. */
export function createSliceBar(strings: ViewerStrings, actions: ViewActions): Part {
  const strip = make('canvas', {
    class: 'strip',
    attributes: { 'aria-hidden': 'true', title: strings.stripTitle },
  });
  const lineRange = make('span');
  const legend = make(
    'ul',
    { class: 'strip-legend' },
    make('li', {}, make('span', { class: 'strip-bars' }), strings.stripBars),
    make('li', {}, make('span', { class: 'strip-line' }), lineRange),
  );
  const slider = make('input', {
    attributes: { type: 'range', min: '1', step: '1', 'aria-label': strings.slice },
    on: {
      input: () => {
        actions.goTo(Number(slider.value) - 1);
      },
    },
  });
  const reading = make('output', { class: 'slice-reading', attributes: { 'aria-live': 'polite' } });
  let current = 0;
  let sliceCount = 1;
  const element = make(
    'div',
    { class: 'slice-bar' },
    legend,
    iconButton('left', strings.previousSlice, () => {
      actions.goTo(current - 1);
    }),
    make('div', { class: 'track' }, strip, slider),
    iconButton('right', strings.nextSlice, () => {
      actions.goTo(current + 1);
    }),
    reading,
  );
  const pick = (event: PointerEvent) => {
    const box = strip.getBoundingClientRect();
    actions.goTo(Math.floor(((event.clientX - box.left) / box.width) * sliceCount));
  };
  strip.addEventListener('pointerdown', (event) => {
    strip.setPointerCapture(event.pointerId);
    pick(event);
  });
  strip.addEventListener('pointermove', (event) => {
    if (strip.hasPointerCapture(event.pointerId)) pick(event);
  });

  return {
    element,
    update({ volume, view, prediction }) {
      sliceCount = volume?.sliceCount ?? 1;
      current = view.slice;
      show(element, sliceCount > 1);
      if (sliceCount < 2) return;
      const scores = scoredSlices(prediction);
      const score = scores.find(({ index }) => index === current);
      const text = score
        ? fillIn(strings.sliceScored, current + 1, sliceCount, percent(score.probability))
        : fillIn(strings.sliceOf, current + 1, sliceCount);
      slider.max = String(sliceCount);
      setValue(slider, String(current + 1));
      slider.style.setProperty('--gg-filled', `${(current / (sliceCount - 1)) * 100}%`);
      slider.setAttribute('aria-valuetext', text);
      setText(reading, `${current + 1} / ${sliceCount}`);
      reading.setAttribute('aria-label', text);
      show(strip, scores.length > 0);
      show(legend, scores.length > 0);
      if (scores.length === 0) return;
      const largest = largestFraction(scores);
      setText(lineRange, fillIn(strings.stripLine, percent(largest)));
      drawStrip(strip, scores, { sliceCount, current, largest });
    },
  };
}

/** Lesions rarely fill the lung: the line's full height is the largest fraction, at least a quarter. */
const largestFraction = (scores: readonly SlicePrediction[]): number =>
  Math.max(0.25, ...scores.map(({ lesionFraction }) => lesionFraction ?? 0));

function drawStrip(
  canvas: HTMLCanvasElement,
  scores: readonly SlicePrediction[],
  {
    sliceCount,
    current,
    largest,
  }: { readonly sliceCount: number; readonly current: number; readonly largest: number },
): void {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const step = width / sliceCount;
  context.clearRect(0, 0, width, height);
  // The tone repeats the height, for users who look at colours first.
  context.fillStyle = style.color;
  for (const { index, probability } of scores) {
    const tall = Math.max(ratio, probability * (height - 2));
    context.globalAlpha = 0.35 + 0.65 * probability;
    context.fillRect(index * step, height - tall, Math.max(1, step - (step > 4 ? ratio : 0)), tall);
  }
  context.globalAlpha = 1;
  context.beginPath();
  let connected = false;
  for (const { index, lesionFraction } of [...scores].sort((a, b) => a.index - b.index)) {
    if (lesionFraction === null) {
      connected = false;
      continue;
    }
    const [x, y] = [(index + 0.5) * step, height - 1 - (lesionFraction / largest) * (height - 2)];
    if (connected) context.lineTo(x, y);
    else context.moveTo(x, y);
    connected = true;
  }
  // With an edge: bars have the theme's accent, which may be the line's own orange.
  for (const [colour, lineWidth] of [
    [style.outlineColor, 4],
    [`rgb(${overlayColours.lesion.join(' ')})`, 1.5],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth * ratio;
    context.stroke();
  }
  context.fillStyle = style.caretColor;
  context.fillRect(Math.round((current + 0.5) * step - ratio), 0, 2 * ratio, height);
}
