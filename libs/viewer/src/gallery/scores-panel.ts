import { fillIn } from '../strings.js';
import { freshId, make } from '../ui/dom.js';
import { calibrationChart, rocChart } from './charts.js';
import {
  outcomeName,
  type GalleryActions,
  type GalleryModel,
  type GalleryPart,
} from './gallery-model.js';
import { wordAt } from './packed-rows.js';
import {
  compareResults,
  confusionTable,
  summarizeScores,
  type Comparison,
  type Share,
} from './score-summary.js';

/** Scores, threshold, confusion matrix, curves and the comparison, all of the rows that pass the filter. */
export function createScoresPanel(actions: GalleryActions): GalleryPart {
  const element = make('div', { class: 'scores' });
  const numbers = make('div', { class: 'block' });
  const comparison = make('div', { class: 'block' });
  const matrix = make('div', { class: 'block' });
  const curves = make('div', { class: 'block' });
  let threshold: ThresholdSlider | undefined;
  let drawn: unknown[] = [];
  return {
    element,
    update(model) {
      const { strings, store, state, scope } = model;
      threshold ??= createThreshold(model, actions);
      if (element.childElementCount === 0) {
        element.append(numbers, threshold.element, comparison, matrix, curves);
      }
      threshold.update(model);
      // Scores of 100,000 rows cost more than a frame: recompute them only when their inputs change.
      const depends = [store, scope, state.threshold, state.filter.cell, state.filter.isDifferent];
      if (depends.every((value, at) => value === drawn[at])) return;
      drawn = depends;
      const summary = summarizeScores(store, scope, state.threshold);
      const isScored = summary.answered + summary.withheld + summary.failed > 0;
      const share = (name: string, { hits, total, interval }: Share) =>
        total === 0
          ? undefined
          : fact(
              name,
              `${(100 * (hits / total)).toFixed(1)} %`,
              `${fillIn(strings.ofTotal, hits, total)}; ${intervalText(model, interval!, 100, 1)}`,
            );
      numbers.replaceChildren(
        heading(strings.scores),
        make(
          'p',
          { class: 'note' },
          isScored ? fillIn(strings.ofShown, scope.length) : strings.notScoredYet,
        ),
        make(
          'dl',
          { class: 'facts-list' },
          ...(isScored
            ? [
                store.facts.model ? fact(strings.modelName, store.facts.model.name) : undefined,
                fact(strings.answered, String(summary.answered)),
                count(strings.withheldCount, summary.withheld),
                count(strings.failedCount, summary.failed),
                count(strings.notScoredCount, summary.unscored),
                count(strings.unlabelled, summary.unlabelled),
                share(strings.accuracy, summary.accuracy),
                share(strings.sensitivity, summary.sensitivity),
                share(strings.specificity, summary.specificity),
                summary.auc
                  ? fact(
                      strings.auc,
                      summary.auc.auc.toFixed(3),
                      intervalText(model, summary.auc, 1, 3),
                    )
                  : undefined,
                summary.calibration && summary.accuracy.total > 0
                  ? fact(strings.calibrationError, summary.calibration.error.toFixed(3))
                  : undefined,
                ...baselineFacts(model),
              ]
            : []),
        ),
        ...(isScored ? trainingNote(model) : []),
        ...(isScored && store.facts.baselines.length > 0
          ? [make('p', { class: 'note' }, strings.baselineHint)]
          : []),
      );
      comparison.replaceChildren(...comparisonOf(model, actions));
      matrix.replaceChildren(...(isScored ? matrixOf(model, actions) : []));
      const [roc, calibration] = [rocChart(summary, strings), calibrationChart(summary, strings)];
      curves.replaceChildren(
        ...(isScored
          ? [
              heading(strings.roc),
              roc ?? make('p', { class: 'note' }, strings.oneClass),
              ...(calibration ? [heading(strings.calibration), calibration] : []),
            ]
          : []),
      );
    },
  };
}

function heading(text: string): HTMLElement {
  return make('h2', {}, text);
}

function fact(name: string, value: string, detail?: string): HTMLElement {
  return make(
    'div',
    {},
    make('dt', {}, name),
    make(
      'dd',
      {},
      make('span', { class: 'fact-value' }, value),
      detail === undefined ? undefined : make('span', { class: 'fact-detail' }, detail),
    ),
  );
}

function count(name: string, value: number): HTMLElement | undefined {
  return value > 0 ? fact(name, String(value)) : undefined;
}

function intervalText(
  { strings }: GalleryModel,
  { lower, upper }: { lower: number; upper: number },
  scale: number,
  digits: number,
): string {
  return fillIn(strings.interval, (lower * scale).toFixed(digits), (upper * scale).toFixed(digits));
}

/** Baselines of the only visible split, or of all. */
function baselineFacts({ strings, store, state }: GalleryModel): HTMLElement[] {
  const splits = state.filter.facets.split ?? [];
  return store.facts.baselines
    .filter(({ split }) => split === null || splits.length === 0 || splits.includes(split))
    .map(({ name, split, accuracy, auc }) =>
      fact(
        fillIn(strings.baseline, split === null ? name : `${name}, ${split}`),
        accuracy === null ? '' : `${(accuracy * 100).toFixed(1)} %`,
        auc === null ? undefined : `${strings.auc} ${auc.toFixed(3)}`,
      ),
    );
}

function trainingNote({ strings, store, scope }: GalleryModel): HTMLElement[] {
  let training = 0;
  for (let at = 0; at < scope.length; at++) {
    if (wordAt(store.rows.split, scope[at]!) === 'train') training++;
  }
  if (training === 0) return [];
  return [make('p', { class: 'caution' }, fillIn(strings.trainingRows, training))];
}

function comparisonOf(model: GalleryModel, actions: GalleryActions): HTMLElement[] {
  const { strings, store, state, scope } = model;
  const result = compareResults(store, scope, state.threshold);
  const { model: first, second } = store.facts;
  if (!result || !second) return [];
  const id = freshId();
  const only = make('input', {
    attributes: { type: 'checkbox', id },
    on: {
      change: () => {
        actions.change(({ filter }) => ({ filter: { ...filter, isDifferent: only.checked } }));
      },
    },
  });
  only.checked = state.filter.isDifferent;
  return [
    heading(strings.comparison),
    make('p', { class: 'note' }, fillIn(strings.first, first?.name ?? '')),
    make('p', { class: 'note' }, fillIn(strings.second, second.name)),
    make(
      'dl',
      { class: 'facts-list' },
      fact(strings.differing, String(result.differing)),
      fact(strings.common, String(result.common)),
      count(strings.onlyOne, result.onlyOne),
      ...tests(model, result),
    ),
    make(
      'p',
      { class: 'check' },
      only,
      make('label', { attributes: { for: id } }, strings.onlyDifferent),
    ),
  ];
}

function tests(
  { strings }: GalleryModel,
  { mcnemar, delong }: Comparison,
): (HTMLElement | undefined)[] {
  return [
    mcnemar
      ? fact(
          strings.mcnemar,
          pText(strings, mcnemar.exactPValue),
          fillIn(strings.mcnemarDetail, mcnemar.onlyFirstCorrect, mcnemar.onlySecondCorrect),
        )
      : undefined,
    delong
      ? fact(
          strings.delong,
          pText(strings, delong.pValue),
          fillIn(strings.delongDetail, delong.firstAuc.toFixed(3), delong.secondAuc.toFixed(3)),
        )
      : undefined,
  ];
}

function pText(strings: GalleryModel['strings'], p: number): string {
  return p < 0.001 ? strings.pTiny : fillIn(strings.pValue, p.toFixed(3));
}

interface ThresholdSlider {
  readonly element: HTMLElement;
  update(model: GalleryModel): void;
}

function createThreshold({ strings }: GalleryModel, actions: GalleryActions): ThresholdSlider {
  const id = freshId();
  const value = make('span', { class: 'slider-value' });
  const slider = make('input', {
    attributes: { type: 'range', id, min: '0', max: '1', step: '0.005' },
    on: {
      input: () => {
        actions.change({ threshold: Number(slider.value) });
      },
    },
  });
  const own = make(
    'button',
    {
      class: 'button quiet',
      attributes: { type: 'button' },
      on: {
        click: () => {
          actions.change({ threshold: null });
        },
      },
    },
    strings.thresholdOwn,
  );
  const element = make(
    'div',
    { class: 'block threshold' },
    make(
      'div',
      { class: 'labelled-slider' },
      make('label', { attributes: { for: id } }, strings.threshold),
      value,
      slider,
    ),
    own,
  );
  return {
    element,
    update({ state, store }) {
      const { model } = store.facts;
      element.hidden = model === null;
      const shown = state.threshold ?? model?.threshold ?? 0.5;
      if (Number(slider.value) !== shown) slider.value = String(shown);
      slider.style.setProperty('--gg-filled', `${shown * 100}%`);
      const isOwn = state.threshold === null;
      value.textContent =
        isOwn && model?.threshold === null ? strings.thresholdOwn : shown.toFixed(3);
      own.disabled = isOwn;
    },
  };
}

function matrixOf(model: GalleryModel, actions: GalleryActions): HTMLElement[] {
  const { strings, store, state, scope } = model;
  const { labels, outcomes, counts } = confusionTable(store, scope, state.threshold);
  const { cell } = state.filter;
  const positive = store.facts.model?.positive ?? store.facts.positive;
  const cellOf = (label: string | null, outcome: string, number: number) => {
    const isPressed = cell !== null && cell.label === label && cell.outcome === outcome;
    const isAnswered = store.facts.model?.labels.includes(outcome) ?? false;
    const kind =
      label === null || !isAnswered
        ? 'other'
        : (label === store.facts.positive) === (outcome === positive)
          ? 'right'
          : 'wrong';
    const name = fillIn(
      strings.cell,
      number,
      label ?? strings.unknown,
      outcomeName(strings, outcome),
    );
    return make(
      'td',
      {},
      make(
        'button',
        {
          class: `cell ${kind}`,
          attributes: {
            type: 'button',
            'aria-pressed': String(isPressed),
            'aria-label': name,
            title: name,
            ...(number === 0 && !isPressed ? { disabled: '' } : {}),
          },
          on: {
            click: () => {
              const next = isPressed ? null : { label, outcome };
              actions.change(({ filter }) => ({ filter: { ...filter, cell: next } }));
            },
          },
        },
        String(number),
      ),
    );
  };
  return [
    heading(strings.matrix),
    make('p', { class: 'note' }, strings.matrixHint),
    make(
      'table',
      { class: 'matrix' },
      make(
        'thead',
        {},
        make(
          'tr',
          {},
          make('td', {}),
          ...outcomes.map((outcome) =>
            make('th', { attributes: { scope: 'col' } }, outcomeName(strings, outcome)),
          ),
        ),
      ),
      make(
        'tbody',
        {},
        ...labels.map((label, line) =>
          make(
            'tr',
            {},
            make('th', { attributes: { scope: 'row' } }, label ?? strings.unknown),
            ...outcomes.map((outcome, column) => cellOf(label, outcome, counts[line]![column]!)),
          ),
        ),
      ),
    ),
  ];
}
