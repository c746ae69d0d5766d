import {
  aggregate,
  CtError,
  fileSource,
  openDicomSeries,
  toModelInput,
  type ScoringRule,
} from '@groundglass/core';
import { lesionEvidence, type OnnxInference } from '@groundglass/nn';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The model's result for one DICOM series. */
export interface SeriesScore {
  readonly name: string;
  readonly slices: number;
  /** Score of the series, and its threshold. */
  readonly probability: number;
  readonly threshold: number;
  readonly label: string;
  /** Slices at or above the threshold of slices. */
  readonly positiveSlices: number;
  /** Median over the slices of the share of the model's picture that is marked. */
  readonly medianLesion: number;
}

/**
 * Scores each series of a folder of DICOM files as a server does, slice by slice.
 *
 * @throws {CtError} `CT_BAD_DATASET` if the folder holds no series, or errors of decoding.
 */
export async function scoreSeries(
  model: OnnxInference,
  folder: string,
  rule: ScoringRule,
  onSlice: (done: number) => void,
): Promise<SeriesScore[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  const handles = await Promise.all(names.map((name) => open(join(folder, name))));
  try {
    const files = await Promise.all(
      handles.map(async (handle, i) => ({ name: names[i]!, source: await fileSource(handle) })),
    );
    const { volumes } = await openDicomSeries(files);
    if (volumes.length === 0)
      throw new CtError('CT_BAD_DATASET', `Expected DICOM files in "${folder}", found no series`);
    const scores: SeriesScore[] = [];
    for (const [i, { volume }] of volumes.entries()) {
      const [probabilities, lesions]: [number[], number[]] = [[], []];
      for (let index = 0; index < volume.sliceCount; index++) {
        const { data, shape } = toModelInput(await volume.slice(index), { crop: rule.crop });
        const { probability, mask } = await model.run(data, { rows: shape[1], columns: shape[2] });
        probabilities.push(probability[0]!);
        if (mask) lesions.push(Math.exp(lesionEvidence(mask)));
        onSlice(index + 1);
      }
      const probability = aggregate(rule.aggregation, probabilities);
      scores.push({
        name: volumes.length > 1 ? `${basename(folder)} ${i + 1}` : basename(folder),
        slices: probabilities.length,
        probability,
        threshold: rule.volumeThreshold,
        label: rule.labels[probability >= rule.volumeThreshold ? 1 : 0],
        positiveSlices: probabilities.filter((value) => value >= rule.threshold).length,
        medianLesion: lesions.sort((a, b) => a - b)[lesions.length >> 1] ?? 0,
      });
    }
    return scores;
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}
