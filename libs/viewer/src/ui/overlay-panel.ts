import { overlayColours, type Colour } from '@groundglass/core/browser';
import { classColours } from '../render/tint.js';
import { fillIn, type ViewerStrings } from '../strings.js';
import { isWithheld } from '../viewer-volume.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import { LabelledSlider, section, Segments, Switch } from './controls.js';
import { make, setText, show } from './dom.js';

/** How the mask is drawn, what its colours mean, and how well it agrees with the expert's. */
export function createOverlayPanel(strings: ViewerStrings, actions: ViewActions): Part {
  const visible = new Switch(strings.maskVisible, (on) => {
    actions.change({ maskVisible: on });
  });
  const style = new Segments(
    strings.maskStyle,
    [
      ['fill', strings.fill],
      ['contour', strings.contour],
    ],
    (maskStyle) => {
      actions.change({ maskStyle });
    },
  );
  const opacity = new LabelledSlider(strings.opacity, (maskOpacity) => {
    actions.change({ maskOpacity });
  });
  const threshold = new LabelledSlider(strings.threshold, (maskThreshold) => {
    actions.change({ maskThreshold });
  });
  const comparison = new Switch(strings.comparison, (on) => {
    actions.change({ comparison: on });
  });
  const classes = new Switch(strings.classesShown, (on) => {
    actions.change({ classes: on });
  });
  const colours = new Switch(strings.coloursShown, (on) => {
    actions.change({ colours: on });
  });
  const source = make('p', { class: 'note' });
  const choose = make(
    'button',
    {
      class: 'button secondary',
      attributes: { type: 'button' },
      on: {
        click: () => {
          actions.chooseMask();
        },
      },
    },
    strings.chooseMask,
  );
  const legend = make('ul', { class: 'legend' });
  const dice = make('p', { class: 'dice', attributes: { role: 'status' } });
  const note = make('p', { class: 'note' });
  const element = section(
    strings.overlay,
    visible.element,
    style.element,
    opacity.element,
    threshold.element,
    comparison.element,
    classes.element,
    legend,
    dice,
    note,
    source,
    choose,
    colours.element,
  );
  return {
    element,
    update(model) {
      const { view, mask, truth, hasTruth, overlap } = model;
      const isOfClasses = model.classes.length > 0;
      show(classes.element, isOfClasses);
      show(colours.element, model.colours !== undefined);
      colours.update(view.colours);
      show(choose, model.canChooseMask);
      show(source, model.truthName !== undefined);
      setText(source, model.truthName ? fillIn(strings.truthFrom, model.truthName) : '');
      const off = !view.maskVisible;
      visible.update(view.maskVisible);
      style.update(view.maskStyle, off);
      opacity.update(view.maskOpacity, off || view.maskStyle === 'contour');
      threshold.update(view.maskThreshold, off || !mask);
      show(comparison.element, hasTruth);
      comparison.update(view.comparison, off);
      classes.update(view.classes, off);
      show(note, !mask && !truth);
      setText(note, isWithheld(model.prediction) ? strings.maskWithheld : strings.noMask);
      showLegend(legend, legendOf(model, strings));
      show(
        dice,
        hasTruth && view.comparison && mask !== undefined && !(isOfClasses && view.classes),
      );
      setText(
        dice,
        !truth
          ? strings.noTruth
          : overlap
            ? `${strings.dice}: ${overlap.dice === null ? strings.diceUndefined : overlap.dice.toFixed(3)}`
            : '',
      );
    },
  };
}

type LegendEntry = readonly [name: string, colour: keyof typeof overlayColours | Colour];

function legendOf(
  { view, mask, truth, classes }: ViewModel,
  strings: ViewerStrings,
): LegendEntry[] {
  if (!view.maskVisible) return [];
  if (truth && view.classes && classes.length > 0) {
    return classes.map(({ value, name }) => [
      name ?? fillIn(strings.classNumber, value),
      classColours[(value - 1) % classColours.length]!,
    ]);
  }
  if (!truth || !view.comparison) return mask ? [[strings.lesion, 'lesion']] : [];
  if (!mask) return [[strings.truthOnly, 'falseNegative']];
  return [
    [strings.truePositive, 'truePositive'],
    [strings.falsePositive, 'falsePositive'],
    [strings.falseNegative, 'falseNegative'],
  ];
}

function showLegend(list: HTMLElement, entries: readonly LegendEntry[]): void {
  const key = JSON.stringify(entries);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(
    ...entries.map(([name, colour]) => {
      const swatch = make('span', { class: 'swatch' });
      swatch.style.setProperty(
        'background-color',
        `rgb(${(typeof colour === 'string' ? overlayColours[colour] : colour).join(' ')})`,
      );
      return make('li', {}, swatch, name);
    }),
  );
}
