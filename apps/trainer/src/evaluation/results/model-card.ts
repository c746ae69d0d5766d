import { describeAggregation, readScoringRule } from '@groundglass/core';
import type { JcsConfig } from '@groundglass/nn';
import type { Publication } from './publication.js';
import {
  datasetList,
  dataTable,
  intervalText,
  ledgerTable,
  resultTables,
  runNotes,
  runTable,
} from './tables.js';

/**
 * The model card (Mitchell et al. 2019, "Model Cards for Model Reporting") as Markdown, `models/<name>/<version>/README.md`.
 *
 * @throws {RangeError} without a run.
 */
export function renderModelCard(publication: Publication): string {
  const { model, runs, results, calibration, command } = publication;
  const run = runs.at(-1);
  if (!run) throw new RangeError('Expected at least one run');
  const { recipe } = run;
  const { metadata } = results.model;
  const sizes = (JSON.parse(metadata.members ?? '[]') as JcsConfig[]).map(
    ({ imageSize }) => imageSize,
  );
  const names = (run.inputs.datasets ?? []).map(({ name }) => name).join(', ');
  const trainedOn = Object.values(run.inputs.samples).reduce(
    (sum, counts) => sum + (counts.train ?? 0),
    0,
  );
  const size = sizes[0] ?? recipe.imageSize;
  const phantoms = run.inputs.samples.phantom?.train ?? 0;
  return `<!-- Written by \`${command}\`; change that, not this. -->

# ${model.name}, version ${model.version}

A joint classification and segmentation model for axial slices of chest CT: the probability of COVID-19, and where lesions
are. ${(model.bytes / 1e6).toFixed(1)} MB of ONNX, SHA-256 \`${results.model.sha256}\`.

> **Research use only. This is not a medical device** and must not be used for diagnosis, triage, or any decision about a
> patient. It was trained on ${trainedOn} pictures. No clinician has validated it.

## Intended use

- Looking at datasets of chest CT inside an editor, and at what a model of this kind makes of them.
- A baseline for research on ${names || 'its kind of data'}.
- Developing and testing software that calls a model server.

Not intended: any use on patients; chest X-ray; slices that are not axial; other regions of the body; telling COVID-19 from
other pneumonias in general.

## Input and output

\`image\`, float32 \`[N, 1, H, W]\` of any size, grey in 0–1 (Hounsfield units from −1250 to 250). The graph resizes to
${[...new Set(sizes.length > 0 ? sizes : [size])].map((side) => `${side}×${side}`).join(' and ')}${recipe.crop === 'chest' ? ' (after a crop to the chest, which clients make)' : ''} and normalises. \`probability\` \`[N, 1]\` of COVID-19, \`logits\` \`[N, 2]\` (non-covid, covid), \`mask\` \`[N, 1, ${size}, ${size}]\`: probability of lesion.
${howItScores(sizes.length, metadata)}${decisionText(calibration)}${
    calibration
      ? `Temperature ${calibration.temperature.toFixed(3)} and threshold ${calibration.threshold.toFixed(3)} were chosen on ${calibration.samples} validation pictures${
          calibration.sources
            ? ` (${Object.entries(calibration.sources)
                .map(([source, count]) => `${count} of ${source}`)
                .join(', ')})`
            : ''
        } (there: AUC ${calibration.auc.toFixed(3)}, sensitivity ${calibration.sensitivity.toFixed(3)}, specificity ${calibration.specificity.toFixed(3)}).`
      : 'Temperature 1 and threshold 0.5: not calibrated.'
  }
${volumeRule(metadata)}

## Data and licences

${dataTable(run)}

${datasetList(run)}
- Backbone: ${recipe.model.backbone}, ${startOf(runs)}.

The terms of the data carry over to the model.

## Recipe

${runTable(runs)}
${runNotes(runs)}
${recipe.optimizer.kind} with weight decay ${recipe.optimizer.weightDecay}, batch ${recipe.batchSize}, ${recipe.schedule.kind} schedule, weights averaged with ${recipe.averaging}${recipe.augmentation.mixup > 0 ? `, mixup ${recipe.augmentation.mixup}` : ''}, loss = ${recipe.loss.classification} · classification (label smoothing ${recipe.loss.labelSmoothing}) + ${recipe.loss.segmentation} · (cross-entropy + ${recipe.loss.dice} · soft Dice) of the mask. Negative slices count as having an empty mask: ${recipe.loss.emptyMaskForNormals ? 'yes' : 'no'}. The epoch kept is the best on validation (mean of AUC and Dice).

## Measured

${resultTables(publication)}

${intervalText(publication)} The *baseline* rows are logistic regressions that never see a lung, on the same
training, validation and test pictures.

\`\`\`sh
${results.command}
\`\`\`

Looks at test splits, all of them:

${ledgerTable(runs)}

## Known failures

${'covid-ct' in run.inputs.samples ? figuresOfPapers : ''}- **Masks**${recipe.pseudoMasks ? ' were trained on another network’s masks as well as experts’' : ''}: small and faint lesions are missed, vessels at the hilum and dependent
  atelectasis are taken for lesions.
${'covid-ct' in run.inputs.samples ? otherPneumonia : ''}${phantoms > 0 ? phantomsSeen : ''}- **Populations.** Age, sex and origin of the patients are unknown for most pictures; nothing was measured by group.
`;
}

/** How a series is scored, as the server and the viewer describe it too. */
function volumeRule(metadata: Readonly<Record<string, string>>): string {
  const { aggregation, volumeThreshold } = readScoringRule((name) => metadata[name]);
  const chosen = metadata.volume_data ?? 'single pictures, not on series';
  return `The score of a series is ${describeAggregation(aggregation)}; from ${volumeThreshold.toFixed(3)} on it is positive (chosen on ${chosen}).`;
}

const figuresOfPapers = `- **Shortcuts.** The file format, colour mode and size of a picture alone tell COVID from non-COVID in COVID-CT (see the baselines).
  A score near a baseline's may be the picture's origin, not its content.
- **Pictures, not patients.** COVID-CT is figures of papers: several windows, arrows, letters, lung-cropped panels. A clinical
  series looks different.
`;

const otherPneumonia = `- **Other pneumonia.** Non-COVID in COVID-CT is mostly healthy, tumours and nodules: viral and bacterial pneumonia will often be
  called COVID.
`;

const phantomsSeen = `- **Synthetic slices.** Phantoms like the bundled samples were among the training slices: how well it does on the samples says nothing
  about patients.
`;

function decisionText(calibration: Publication['calibration']): string {
  if (!calibration?.decision) return '';
  const { head, lesion, bias } = calibration.decision;
  return `The logit of the probability is ${head.toFixed(2)} × that of the classification branch + ${lesion.toFixed(2)} × log(lesion share + 0.002) ${bias < 0 ? '−' : '+'} ${Math.abs(bias).toFixed(2)}, weights that were fitted on the validation pictures.\n`;
}

/** The initial weights of the first run. */
function startOf([first]: Publication['runs']): string {
  const { start, alsoFrom = [] } = first!.inputs;
  if (!start) return 'from random weights';
  const files = [start, ...alsoFrom].map(
    ({ file, sha256 }) => `\`${file}\` (SHA-256 \`${sha256.slice(0, 12)}…\`)`,
  );
  return `started from ${files.join(' and ')}`;
}

/** What the graph does in addition to one pass of one network; empty, or complete lines. */
function howItScores(
  members: number,
  { flip, precision }: Readonly<Record<string, string>>,
): string {
  return [
    ...(members > 1
      ? [`Inside are ${members} networks, whose logits and masks are averaged.`]
      : []),
    ...(flip === 'true'
      ? ['Each picture is scored together with its mirror image, and the two are averaged.']
      : []),
    ...(precision === 'float16'
      ? ['Weights are stored as float16 and computed with as float32.']
      : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
