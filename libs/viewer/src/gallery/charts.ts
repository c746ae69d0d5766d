import { dot, line, link, plot, type PlotOptions } from '@observablehq/plot';
import type { GalleryStrings } from './gallery-strings.js';
import type { ScoreSummary } from './score-summary.js';
import { fillIn } from '../strings.js';

/** Points of a curve that are drawn; more would make no visible difference. */
const mostPoints = 400;
const size = {
  width: 264,
  height: 220,
  marginLeft: 42,
  marginBottom: 36,
  marginTop: 10,
  marginRight: 10,
};
const axis = {
  domain: [0, 1],
  ticks: 5,
  nice: false,
  labelAnchor: 'center',
  labelArrow: 'none',
} as const;

/** The ROC curve with the point of a threshold; undefined if there is no curve. */
export function rocChart(
  { roc, auc, sensitivity, specificity }: ScoreSummary,
  strings: GalleryStrings,
): Element | undefined {
  if (!roc) return undefined;
  const { falsePositiveRates: x, truePositiveRates: y } = roc;
  const step = Math.max(1, Math.ceil(x.length / mostPoints));
  const points: [number, number][] = [];
  for (let at = 0; at < x.length; at += step) points.push([x[at]!, y[at]!]);
  points.push([1, 1]);
  const here: [number, number][] =
    sensitivity.total > 0 && specificity.total > 0
      ? [[1 - specificity.hits / specificity.total, sensitivity.hits / sensitivity.total]]
      : [];
  return drawChart({
    ...size,
    ariaLabel: fillIn(strings.rocLabel, auc ? auc.auc.toFixed(3) : ''),
    x: { ...axis, label: strings.rocX },
    y: { ...axis, label: strings.rocY },
    marks: [
      link([0], {
        x1: 0,
        y1: 0,
        x2: 1,
        y2: 1,
        stroke: 'currentColor',
        strokeOpacity: 0.4,
        strokeDasharray: '3 3',
      }),
      line(points, { stroke: 'var(--accent)', strokeWidth: 2, curve: 'linear' }),
      dot(here, { r: 5, fill: 'var(--accent)', stroke: 'var(--text)', strokeWidth: 1.5 }),
    ],
  });
}

/** Share of positives against the model's probability; undefined if there is nothing to show. */
export function calibrationChart(
  { calibration }: ScoreSummary,
  strings: GalleryStrings,
): Element | undefined {
  if (!calibration) return undefined;
  const most = Math.max(...calibration.bins.map(({ count }) => count));
  const points = calibration.bins.map((bin) => ({
    x: bin.meanProbability,
    y: bin.positiveFraction,
    // The area of a dot is proportional to its number of pictures.
    r: 2 + 6 * Math.sqrt(bin.count / most),
  }));
  return drawChart({
    ...size,
    ariaLabel: strings.calibrationLabel,
    x: { ...axis, label: strings.calibrationX },
    y: { ...axis, label: strings.calibrationY },
    r: { type: 'identity' },
    marks: [
      link([0], {
        x1: 0,
        y1: 0,
        x2: 1,
        y2: 1,
        stroke: 'currentColor',
        strokeOpacity: 0.4,
        strokeDasharray: '3 3',
      }),
      line(points, { x: 'x', y: 'y', stroke: 'var(--accent)', strokeWidth: 1.5 }),
      dot(points, { x: 'x', y: 'y', r: 'r', fill: 'var(--accent)' }),
    ],
  });
}

/** One image with one name: Plot's names for its parts mean nothing to a reader. */
function drawChart(options: PlotOptions): Element {
  const svg = plot(options);
  svg.setAttribute('role', 'img');
  for (const part of svg.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label');
  return svg;
}
