import {
  CtError,
  datasetManifestSchema,
  datasetSampleSchema,
  type DatasetManifest,
  type DatasetSample,
} from '@groundglass/core';
import type { ImportProblem } from '../import/import-report.js';
import { didYouMean } from '../text/did-you-mean.js';
import { manifestName } from './dataset.js';

/**
 * Reads the text of `groundglass.dataset.json`.
 *
 * @throws {CtError} `CT_BAD_DATASET` with the field that is wrong.
 */
export function parseManifest(text: string): DatasetManifest {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected JSON in ${manifestName}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const parsed = datasetManifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected a Groundglass dataset in ${manifestName}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

/** The good rows of `samples.jsonl`, their row numbers, and what is wrong with the others. */
export interface ParsedSamples {
  readonly samples: readonly DatasetSample[];
  /** Row of each sample, from 1. */
  readonly lines: readonly number[];
  readonly problems: readonly ImportProblem[];
}

/** Reads the text of `samples.jsonl`; a label must be one of the manifest's. A bad row does not affect the others. */
export function parseSamples(text: string, manifest: DatasetManifest): ParsedSamples {
  const samples: DatasetSample[] = [];
  const lines: number[] = [];
  const problems: ImportProblem[] = [];
  const file = manifest.samples;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const place = { file, row: i + 1 };
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      problems.push({ ...place, message: 'Expected one JSON object on the line' });
      continue;
    }
    const parsed = datasetSampleSchema.safeParse(json);
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        problems.push({ ...place, message: `${issue.path.join('.')}: ${issue.message}` });
      continue;
    }
    const { label } = parsed.data;
    if (label !== null && !manifest.labels.includes(label)) {
      problems.push({
        ...place,
        message: `label: Expected one of ${manifest.labels.join(', ')}, got "${label}"${didYouMean(label, manifest.labels)}`,
      });
      continue;
    }
    samples.push(parsed.data);
    lines.push(i + 1);
  }
  return { samples, lines, problems };
}

/** The text of `samples.jsonl`, one sample per row. */
export function samplesText(samples: readonly DatasetSample[]): string {
  return samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
}

/** The text of `groundglass.dataset.json`. */
export function manifestText(manifest: DatasetManifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
