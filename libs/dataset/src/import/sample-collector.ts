import { datasetSampleSchema, type DatasetSample } from '@groundglass/core';
import type { DatasetFolder } from './dataset-folder.js';
import { imageSize } from './image-size.js';
import type { ImportProblem } from './import-report.js';

/** Where a candidate was named, for the report. */
export interface Place {
  readonly file: string;
  readonly row?: number;
}

/** A sample as an importer proposes it; checked before it is taken. */
export type SampleCandidate =
  Record<keyof DatasetSample, unknown> | Partial<Record<keyof DatasetSample, unknown>>;

/**
 * Takes the candidates of an importer one by one: good ones become samples, the others problems with file and row. No
 * candidate stops the import.
 */
export class SampleCollector {
  readonly problems: ImportProblem[] = [];
  private readonly taken: { sample: DatasetSample; place: Place }[] = [];
  private readonly placeOf = new Map<string, Place>();

  constructor(private readonly folder: DatasetFolder) {}

  /** Records a problem that is no single sample's. */
  report(place: Place, message: string): void {
    this.problems.push({ ...place, message });
  }

  /** Checks fields, files, mask size and repetition; returns whether the candidate was taken. */
  async add(candidate: SampleCandidate, place: Place): Promise<boolean> {
    const parsed = datasetSampleSchema.safeParse(candidate);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const field = issue.path.join('.');
        const value = field in candidate ? candidate[field as keyof DatasetSample] : undefined;
        this.report(
          place,
          `${field}: ${issue.message}${value === undefined ? '' : `, got ${JSON.stringify(value)}`}`,
        );
      }
      return false;
    }
    const sample = parsed.data;
    const key = `${sample.path}#${sample.slice ?? ''}`;
    const earlier = this.placeOf.get(key);
    if (earlier) {
      this.report(
        place,
        `"${sample.path}" stands here a second time, first in ${earlier.file}:${earlier.row ?? 1}`,
      );
      return false;
    }
    const image = await this.folder.locate(sample.path);
    if ('problem' in image) {
      this.report(place, image.problem);
      return false;
    }
    if (sample.mask !== undefined && !(await this.maskFits(sample, image.absolute, place)))
      return false;
    this.placeOf.set(key, place);
    this.taken.push({ sample, place });
    return true;
  }

  /**
   * The samples that were taken, without those of patients that stand in more than one split: slices of one patient in
   * training and test inflate every score.
   */
  finish(): DatasetSample[] {
    const splitOf = new Map<string, string>();
    const good: DatasetSample[] = [];
    for (const { sample, place } of this.taken) {
      const patient = `${sample.source}/${sample.patient}`;
      const split = splitOf.get(patient);
      if (split !== undefined && split !== sample.split) {
        this.report(
          place,
          `Patient "${sample.patient}" stands in ${split} already, here in ${sample.split}`,
        );
        continue;
      }
      splitOf.set(patient, sample.split);
      good.push(sample);
    }
    return good;
  }

  private async maskFits(sample: DatasetSample, imagePath: string, place: Place): Promise<boolean> {
    const mask = await this.folder.locate(sample.mask ?? '');
    if ('problem' in mask) {
      this.report(place, `mask: ${mask.problem}`);
      return false;
    }
    const [a, b] = await Promise.all([imageSize(imagePath), imageSize(mask.absolute)]);
    if ('problem' in a || 'problem' in b) {
      if ('problem' in a) this.report(place, `"${sample.path}": ${a.problem}`);
      if ('problem' in b) this.report(place, `"${sample.mask}": ${b.problem}`);
      return false;
    }
    if (a.columns !== b.columns || a.rows !== b.rows) {
      this.report(
        place,
        `Expected a mask of ${a.columns}×${a.rows} as the image, "${sample.mask}" has ${b.columns}×${b.rows}`,
      );
      return false;
    }
    return true;
  }
}
