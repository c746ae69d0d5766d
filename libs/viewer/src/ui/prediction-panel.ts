import type { Prediction, SlicePrediction } from '@groundglass/core/browser';
import { fillIn, type ViewerStrings } from '../strings.js';
import { scoredSlices, type Known } from '../viewer-volume.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import { section } from './controls.js';
import { make, percent, setText, show } from './dom.js';
import { icon } from './icons.js';

/** The score in large, its label, how it was computed, and the buttons that request it. */
export function createPredictionPanel(strings: ViewerStrings, actions: ViewActions): Part {
  const caption = make('p', { class: 'score-caption' });
  const score = make('p', { class: 'score' });
  const verdict = make('p', { class: 'verdict' });
  const meter = make(
    'div',
    {
      class: 'meter',
      attributes: {
        role: 'meter',
        'aria-valuemin': '0',
        'aria-valuemax': '1',
        'aria-label': fillIn(strings.probability, strings.labelCovid),
      },
    },
    make('span', { class: 'meter-value' }),
    make('span', { class: 'meter-threshold' }),
  );
  const facts = make('dl', { class: 'facts-list' });
  const known = make('p', { class: 'known' });
  const result = make('div', { class: 'result' }, caption, score, verdict, meter, facts);

  const progress = make('progress', { attributes: { 'aria-label': strings.computing } });
  const progressText = make('p', { class: 'progress-text', attributes: { role: 'status' } });
  const running = make(
    'div',
    { class: 'running' },
    progressText,
    progress,
    button(strings.cancel, 'secondary', () => {
      actions.cancel();
    }),
  );
  const note = make('p', { class: 'note' });
  const failure = make('div', { class: 'failure', attributes: { role: 'alert' } });
  const predict = button(strings.predict, 'primary', () => {
    actions.predict();
  });
  predict.prepend(icon('spark'));
  const predictText = make('span');
  predict.lastChild?.replaceWith(predictText);
  const body = make('div', { class: 'prediction' }, known, result, running, failure, note, predict);

  return {
    element: section(strings.prediction, body),
    update(model) {
      const { prediction: status } = model;
      show(known, model.known !== undefined);
      if (model.known) showKnown(model.known);
      show(result, status.kind === 'done');
      show(running, status.kind === 'running');
      show(failure, status.kind === 'failed');
      show(note, status.kind === 'idle' || status.kind === 'unavailable');
      show(predict, status.kind !== 'running' && status.kind !== 'unavailable');
      setText(
        predictText,
        { done: strings.predictAgain, failed: strings.retry }[status.kind as string] ??
          strings.predict,
      );
      predict.classList.toggle('quiet', status.kind === 'done');
      switch (status.kind) {
        case 'unavailable':
          setText(note, status.reason);
          return;
        case 'idle':
          setText(note, strings.noPrediction);
          return;
        case 'running':
          showProgress(status.done, status.total);
          return;
        case 'failed':
          setText(failure, status.error.message);
          return;
        case 'done':
          showResult(model, status.prediction);
          return;
      }
    },
  };

  function showKnown({ label, split, patient, differs }: Known): void {
    known.dataset.differs = String(differs);
    setText(
      known,
      [
        fillIn(strings.knownLabel, label === null ? strings.unknown : wordsOf(label)),
        ...(differs ? [strings.knownDiffers] : []),
        ...(split === null ? [] : [fillIn(strings.knownSplit, split)]),
        ...(patient === null ? [] : [fillIn(strings.knownPatient, patient)]),
      ].join(' '),
    );
  }

  function wordsOf(label: string): string {
    return { covid: strings.labelCovid, 'non-covid': strings.labelNonCovid }[label] ?? label;
  }

  function showProgress(done: number, total: number): void {
    const counted = total > 1;
    setText(progressText, counted ? fillIn(strings.computingOf, done, total) : strings.computing);
    if (counted) {
      progress.max = total;
      progress.value = done;
    } else progress.removeAttribute('value');
  }

  function showResult(model: ViewModel, prediction: Prediction): void {
    const { probability, threshold, label, model: weights } = prediction;
    const many = (model.volume?.sliceCount ?? 1) > 1;
    const answered = label !== null;
    const positive = wordsOf(weights.positive ?? 'covid');
    const captionText = fillIn(many ? strings.patientProbability : strings.probability, positive);
    setText(caption, captionText);
    meter.setAttribute('aria-label', captionText);
    setText(score, answered ? percent(probability) : strings.noAnswer);
    setText(verdict, answered ? verdictOf(prediction, label) : reasonsOf(prediction));
    show(caption, answered);
    show(meter, answered);
    result.dataset.label = label ?? '';
    result.dataset.withheld = prediction.withheld.join(' ');
    result.dataset.trained = String(weights.trained);
    meter.setAttribute('aria-valuenow', String(probability));
    meter.setAttribute('aria-valuetext', percent(probability));
    meter.style.setProperty('--gg-value', String(probability));
    meter.style.setProperty('--gg-threshold', String(threshold));
    const rows: [string, string][] = answered
      ? [[strings.lesionShare, share(prediction.lesionFraction)]]
      : [[strings.rawProbability, percent(probability)]];
    const slice = many && sliceScore(model);
    if (slice) rows.push([strings.thisSlice, describeSlice(slice)]);
    if (prediction.aggregation !== null)
      rows.push([strings.volumeScore, describeRule(prediction.aggregation)]);
    rows.push(
      [
        strings.model,
        weights.trained === null
          ? `${weights.name} ${weights.version}`
          : `${weights.name} ${weights.version}, ${weights.trained ? strings.trained : strings.untrained}`,
      ],
      [strings.preprocessing, seen(prediction)],
      [strings.time, `${Math.round(prediction.timingsMs.total)} ms`],
    );
    replaceRows(facts, rows);
  }

  function verdictOf({ probability, threshold }: Prediction, label: string): string {
    const isPositive = probability >= threshold;
    const relation = isPositive ? strings.aboveThreshold : strings.belowThreshold;
    return `${wordsOf(label)}, ${fillIn(relation, percent(threshold, 0))}`;
  }

  function reasonsOf({ withheld }: Prediction): string {
    return withheld.map((code) => strings[`withheld_${code}`]).join(' ');
  }

  function describeSlice({ probability, lesionFraction, counted }: SlicePrediction): string {
    if (lesionFraction === null) return `${strings.noAnswer}, ${strings.noLung}`;
    const score = `${percent(probability)}, ${strings.lesion.toLowerCase()} ${percent(lesionFraction)}`;
    return counted ? score : `${strings.notCounted}: ${score}`;
  }

  /** The text of core's `describeAggregation` in the table's language. */
  function describeRule(rule: string): string {
    if (rule === 'max') return strings.ruleMax;
    if (rule === 'mean') return strings.ruleMean;
    return fillIn(strings.ruleTopMean, Math.round(Number(rule.split(':')[1]) * 100));
  }

  function sliceScore({ prediction, view }: ViewModel): SlicePrediction | undefined {
    return scoredSlices(prediction).find(({ index }) => index === view.slice);
  }

  function share(fraction: number | null): string {
    return fraction === null ? strings.noLung : percent(fraction);
  }

  function seen({ preprocessing: { window, crop } }: Prediction): string {
    const values = window
      ? fillIn(
          strings.windowSeen,
          window.center - window.width / 2,
          window.center + window.width / 2,
        )
      : strings.greySeen;
    return `${values}, ${crop === 'chest' ? strings.cropChest : strings.cropNone}`;
  }
}

/** Rewrites a list of names and values only if it differs. */
function replaceRows(list: HTMLElement, rows: readonly (readonly [string, string])[]): void {
  const key = JSON.stringify(rows);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(
    ...rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))),
  );
}

function button(
  text: string,
  kind: 'primary' | 'secondary',
  onClick: () => void,
): HTMLButtonElement {
  return make(
    'button',
    { class: `button ${kind}`, attributes: { type: 'button' }, on: { click: onClick } },
    make('span', {}, text),
  );
}
