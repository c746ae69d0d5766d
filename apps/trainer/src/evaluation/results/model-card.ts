import type { JcsConfig } from '@groundglass/nn';
import type { Publication } from './publication.js';
import { dataTable, ledgerTable, resultTables, runNotes, runTable } from './tables.js';

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
  const size = sizes[0] ?? recipe.imageSize;
  const phantoms = run.inputs.samples.phantom?.train ?? 0;
  return `<!-- Written by \`${command}\`; change that, not this. -->

# ${model.name}, version ${model.version}

A joint classification and segmentation model for axial slices of chest CT: the probability of COVID-19, and where lesions
are. ${(model.bytes / 1e6).toFixed(1)} MB of ONNX, SHA-256 \`${results.model.sha256}\`.

> **Research use only. This is not a medical device** and must not be used for diagnosis, triage, or any decision about a
> patient. It has seen a few hundred pictures cut out of papers. No clinician has validated it.

## Intended use

- Looking at datasets of chest CT inside an editor, and at what a model of this kind makes of them.
- A baseline for research on COVID-CT and COVID-Seg slices.
- Developing and testing software that calls a model server.

Not intended: any use on patients; chest X-ray; slices that are not axial; other regions of the body; telling COVID-19 from
other pneumonias in general.

## Input and output

\`image\`, float32 \`[N, 1, H, W]\` of any size, grey in 0–1 (Hounsfield units from −1250 to 250). The graph resizes to
${[...new Set(sizes.length > 0 ? sizes : [size])].map((side) => `${side}×${side}`).join(' and ')}${recipe.crop === 'chest' ? ' (after a crop to the chest, which clients make)' : ''} and normalises. \`probability\` \`[N, 1]\` of COVID-19, \`logits\` \`[N, 2]\` (non-covid, covid), \`mask\` \`[N, 1, ${size}, ${size}]\`: probability of lesion.
${howItScores(sizes.length, metadata)}${calibration ? `Temperature ${calibration.temperature.toFixed(3)} and threshold ${calibration.threshold.toFixed(3)} were chosen on ${calibration.samples} validation pictures (there: AUC ${calibration.auc.toFixed(3)}, sensitivity ${calibration.sensitivity.toFixed(3)}, specificity ${calibration.specificity.toFixed(3)}).` : 'Temperature 1 and threshold 0.5: not calibrated.'}

## Data and licences

${dataTable(run)}

- **COVID-CT** (Zhao et al. 2020, arXiv 2003.13865): figures cut from preprints and teaching databases, without Hounsfield
  units. The pictures belong to the papers' authors and publishers, who granted no licence.
- **COVID-Seg slices** (medicalsegmentation.com, as packed by Inf-Net): radiologists' lesion masks. Non-commercial.
- **COVID-Seg volumes** (20 volumes, CC BY-NC-SA): the masks are another network's and are used as weak labels only, never to
  report Dice.
- **LUNA16** (CC BY 4.0; LIDC-IDRI, CC BY 3.0): slices of lung-cancer screening, as slices without COVID lesions.
${phantoms > 0 ? phantomData : ''}- Backbone: MobileNetV2 trained on ImageNet (Apache-2.0).

The terms of the data carry over: this model is for research, not for commercial use.

## Recipe

${runTable(runs)}
${runNotes(runs)}
${recipe.optimizer.kind} with weight decay ${recipe.optimizer.weightDecay}, batch ${recipe.batchSize}, ${recipe.schedule.kind} schedule, weights averaged with ${recipe.averaging}${recipe.augmentation.mixup > 0 ? `, mixup ${recipe.augmentation.mixup}` : ''}, loss = ${recipe.loss.classification} · classification (label smoothing ${recipe.loss.labelSmoothing}) + ${recipe.loss.segmentation} · (cross-entropy + ${recipe.loss.dice} · soft Dice) of the mask. Slices without COVID count as having an empty mask: ${recipe.loss.emptyMaskForNormals ? 'yes' : 'no'}. The epoch kept is the best on validation (mean of AUC and Dice).

## Measured

${resultTables(publication)}

Intervals are of 95 %: Wilson for rates, DeLong for AUC, bootstrap over patients for F1. The *floor* rows are logistic
regressions that never see a lung, on the same training, validation and test pictures.

\`\`\`sh
${results.command}
\`\`\`

Looks at test splits, all of them:

${ledgerTable(runs)}

## Known failures

- **Shortcuts.** The file format, colour mode and size of a picture alone tell COVID from non-COVID in COVID-CT (see the floor).
  A score near the floor may be the picture's origin, not its content.
- **Pictures, not patients.** COVID-CT is figures of papers: several windows, arrows, letters, lung-cropped panels. A clinical
  series looks different, and the probability of a whole series is the maximum over its slices, which rises with their number.
- **Masks** are trained on ${run.inputs.samples['covid-seg']?.train ?? 'few'} expert slices and on another network's masks: small and faint lesions are missed, vessels at
  the hilum and dependent atelectasis are taken for lesions.
- **Other pneumonia.** Non-COVID in COVID-CT is mostly healthy, tumours and nodules: viral and bacterial pneumonia will often be
  called COVID.
${phantoms > 0 ? phantomsSeen : phantomsNotSeen}- **Populations.** Age, sex and origin of the patients are unknown for most pictures; nothing was measured by group.
`;
}

const phantomData = `- **Phantoms** (\`npm run phantom -- dataset\`): synthetic thorax slices with exact masks, of other seeds than the bundled samples. CC0.
`;

const phantomsSeen = `- **Synthetic slices.** Phantoms like the bundled samples were among the training slices: how well it does on the samples says nothing
  about patients.
`;

const phantomsNotSeen = `- **Synthetic slices.** It was trained on scanners' pictures alone. On the thorax phantoms that are bundled as samples the mask can cover the
  whole body and probabilities are high for both classes: they show the tools, not the model.
`;

/** What the graph does beside one pass of one network; empty, or lines that end. */
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
