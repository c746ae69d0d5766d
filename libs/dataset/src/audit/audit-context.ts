import type { DatasetSample, Finding, Severity } from '@groundglass/core';
import type { FileFacts, FileFailure } from '../facts/file-facts.js';
import type { SliceFeatures } from '../features/slice-features.js';
import type { Dataset } from '../manifest/dataset.js';

/** Input of an audit's rules. */
export class AuditContext {
  readonly samples: readonly DatasetSample[];
  readonly #files: ReadonlyMap<string, FileFacts | FileFailure | undefined>;

  constructor(
    readonly dataset: Dataset,
    files: ReadonlyMap<string, FileFacts | FileFailure | undefined>,
    readonly features: readonly (SliceFeatures | undefined)[],
  ) {
    this.#files = files;
    this.samples = dataset.samples;
  }

  /** Facts of a sample's file; undefined if it is missing or cannot be read. */
  facts(index: number): FileFacts | undefined {
    const found = this.#files.get(this.samples[index]!.path);
    return found && !('problem' in found) ? found : undefined;
  }

  /** Facts of a mask; undefined if there is no such file. */
  file(path: string): FileFacts | FileFailure | undefined {
    return this.#files.get(path);
  }

  /** A finding about samples, given as indices. */
  finding(
    rule: string,
    severity: Severity,
    message: string,
    indices: readonly number[],
    evidence: Finding['evidence'] = {},
  ): Finding {
    return {
      rule,
      severity,
      message,
      samples: indices.map((i) => {
        const { path, slice } = this.samples[i]!;
        return { path, ...(slice === undefined ? {} : { slice }), line: this.dataset.lines[i]! };
      }),
      evidence,
    };
  }

  /** `train non-covid "a.png"`: how messages name a sample. */
  name(index: number): string {
    const { path, slice, split, label } = this.samples[index]!;
    return `${split} ${label ?? '(no label)'} "${path}"${slice === undefined ? '' : ` slice ${slice}`}`;
  }

  /** Indices of the samples by a key; omits samples without one. */
  groups(
    keyOf: (sample: DatasetSample, index: number) => string | undefined,
  ): Map<string, number[]> {
    const groups = new Map<string, number[]>();
    for (const [i, sample] of this.samples.entries()) {
      const key = keyOf(sample, i);
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group) group.push(i);
      else groups.set(key, [i]);
    }
    return groups;
  }

  /** Different values of a field among some samples. */
  values<K extends 'split' | 'label'>(indices: readonly number[], field: K): DatasetSample[K][] {
    return [...new Set(indices.map((i) => this.samples[i]![field]))];
  }
}
