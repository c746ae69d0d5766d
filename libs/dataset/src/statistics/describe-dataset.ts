import type { DatasetSample } from '@groundglass/core';
import type { FileFacts, FileFailure } from '../facts/file-facts.js';
import { patientKey } from '../leaks/same-patient.js';
import type { Dataset } from '../manifest/dataset.js';

/** A table as it is printed. */
export interface StatisticsTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A number that the publication states and the data does not match. */
export interface PublishedDifference {
  readonly key: string;
  readonly published: number;
  readonly data: number | null;
}

/** The contents of a dataset. */
export interface Statistics {
  readonly name: string;
  readonly citation: string | null;
  /** Every number by its key, such as `images.covid.train` or `height.covid.mean`. */
  readonly values: Readonly<Record<string, number>>;
  readonly tables: readonly StatisticsTable[];
  /** Ages of the images of each label, in years. */
  readonly ages: Readonly<Record<string, readonly number[]>>;
  /** Images of each label by gender. */
  readonly genders: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Comparison of publication and data; empty without a publication. */
  readonly agreements: readonly string[];
  readonly differences: readonly PublishedDifference[];
}

const splitTitles = {
  train: 'Table 1: training set',
  test: 'Table 2: test set',
  val: 'Table 3: validation set',
};

/**
 * Counts a dataset: labels by split; patients and images by source (the paper's Tables 1 to 3), sizes, formats, ages and genders (its
 * Figures 3 and 4). Ages and genders are counted by image, as in the paper. Numbers that the manifest has from a publication are
 * compared.
 *
 * @param factsOf of a path; undefined if the file was not read: its size and format are then not counted.
 */
export function describeDataset(
  { manifest, samples }: Dataset,
  factsOf: (path: string) => FileFacts | FileFailure | undefined,
): Statistics {
  const labels = [
    ...manifest.labels,
    ...(samples.some(({ label }) => label === null) ? [null] : []),
  ];
  const values: Record<string, number> = {
    images: samples.length,
    patients: countPatients(samples),
  };
  const ages: Record<string, number[]> = {};
  const genders: Record<string, Record<string, number>> = {};
  for (const label of labels) {
    const name = label ?? 'unknown';
    const own = samples.filter((sample) => sample.label === label);
    values[`images.${name}`] = own.length;
    values[`patients.${name}`] = countPatients(own);
    for (const split of ['train', 'val', 'test'])
      values[`images.${name}.${split}`] = own.filter((sample) => sample.split === split).length;
    addSizes(values, name, own, factsOf);
    ages[name] = own.flatMap(({ meta }) => (typeof meta?.age === 'number' ? [meta.age] : []));
    genders[name] = countBy(own.flatMap(({ meta }) => genderOf(meta?.gender) ?? []));
    values[`age.${name}.known`] = own.filter(
      ({ meta }) => meta?.age !== undefined && meta.age !== null,
    ).length;
    values[`gender.${name}.known`] = Object.values(genders[name]).reduce((a, b) => a + b, 0);
    for (const [gender, count] of Object.entries(genders[name]))
      values[`gender.${name}.${gender}`] = count;
  }
  const published = Object.entries(manifest.published ?? {});
  // The paper rounds its means.
  const holds = ([key, stated]: [string, number]) =>
    values[key] !== undefined &&
    Math.abs(values[key] - stated) < (key.endsWith('.mean') ? 1 : 1e-9);
  return {
    name: manifest.name,
    citation: manifest.citation ?? null,
    values,
    tables: [
      labelTable(samples, labels),
      ...(['train', 'test', 'val'] as const).flatMap((split) =>
        sourceTable(samples, labels, split),
      ),
      sizeTable(values, labels),
      formatTable(samples, labels, factsOf),
    ],
    ages,
    genders,
    agreements: published.filter(holds).map(([key]) => key),
    differences: published
      .filter((entry) => !holds(entry))
      .map(([key, stated]) => ({ key, published: stated, data: values[key] ?? null })),
  };
}

type LabelName = string | null;

function countPatients(samples: readonly DatasetSample[]): number {
  return new Set(samples.map(patientKey)).size;
}

function genderOf(value: unknown): string | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === '') return undefined;
  return word.startsWith('m')
    ? 'male'
    : word.startsWith('f') || word.startsWith('w')
      ? 'female'
      : 'other';
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function addSizes(
  values: Record<string, number>,
  name: string,
  samples: readonly DatasetSample[],
  factsOf: (path: string) => FileFacts | FileFailure | undefined,
): void {
  const facts = samples.flatMap(({ path }) => {
    const found = factsOf(path);
    return found && !('problem' in found) ? [found] : [];
  });
  if (facts.length === 0) return;
  for (const [key, sizes] of [
    ['height', facts.map(({ rows }) => rows)],
    ['width', facts.map(({ columns }) => columns)],
  ] as const) {
    values[`${key}.${name}.min`] = sizes.reduce((a, b) => Math.min(a, b));
    values[`${key}.${name}.mean`] = Number(
      (sizes.reduce((a, b) => a + b) / sizes.length).toFixed(2),
    );
    values[`${key}.${name}.max`] = sizes.reduce((a, b) => Math.max(a, b));
  }
}

function labelTable(
  samples: readonly DatasetSample[],
  labels: readonly LabelName[],
): StatisticsTable {
  const splits = ['train', 'val', 'test'] as const;
  return {
    title: 'Images by label and split',
    columns: ['label', ...splits, 'total'],
    rows: labels.map((label) => {
      const own = samples.filter((sample) => sample.label === label);
      return [
        label ?? 'unknown',
        ...splits.map((split) => own.filter((s) => s.split === split).length),
        own.length,
      ];
    }),
  };
}

/** Patients and images of one split by label and source, as the paper's Tables 1 to 3. */
function sourceTable(
  samples: readonly DatasetSample[],
  labels: readonly LabelName[],
  split: DatasetSample['split'],
): StatisticsTable[] {
  const own = samples.filter((sample) => sample.split === split);
  if (own.length === 0) return [];
  const sources = [...new Set(own.map(({ source }) => source))].sort();
  const row = (
    what: string,
    label: LabelName,
    count: (list: readonly DatasetSample[]) => number,
  ) => {
    const ofLabel = own.filter((sample) => sample.label === label);
    return [
      what,
      label ?? 'unknown',
      ...sources.map((source) => count(ofLabel.filter((s) => s.source === source))),
      count(ofLabel),
    ];
  };
  return [
    {
      title: splitTitles[split],
      columns: ['', 'class', ...sources, 'total'],
      rows: [
        ...labels.map((label) => row('# patients', label, countPatients)),
        ...labels.map((label) => row('# images', label, (list) => list.length)),
      ],
    },
  ];
}

function sizeTable(
  values: Readonly<Record<string, number>>,
  labels: readonly LabelName[],
): StatisticsTable {
  return {
    title: 'Image sizes in pixels',
    columns: [
      'label',
      ...['height', 'width'].flatMap((what) =>
        ['min', 'mean', 'max'].map((which) => `${which} ${what}`),
      ),
    ],
    rows: labels.map((label) => [
      label ?? 'unknown',
      ...['height', 'width'].flatMap((what) =>
        ['min', 'mean', 'max'].map(
          (which) => values[`${what}.${label ?? 'unknown'}.${which}`] ?? '–',
        ),
      ),
    ]),
  };
}

function formatTable(
  samples: readonly DatasetSample[],
  labels: readonly LabelName[],
  factsOf: (path: string) => FileFacts | FileFailure | undefined,
): StatisticsTable {
  const counts = new Map<string, Map<LabelName, number>>();
  for (const { path, label } of samples) {
    const facts = factsOf(path);
    const format = !facts
      ? 'not read'
      : 'problem' in facts
        ? 'not readable'
        : `${facts.format.toUpperCase()}${facts.channels === null ? '' : `, ${['', 'grey', 'grey and alpha', 'RGB', 'RGBA'][facts.channels] ?? `${facts.channels} channels`}`}, ${facts.unit === 'HU' ? 'HU' : 'no HU'}`;
    const row = counts.get(format) ?? new Map<LabelName, number>();
    row.set(label, (row.get(label) ?? 0) + 1);
    counts.set(format, row);
  }
  return {
    title: 'Formats by content',
    columns: ['format', ...labels.map((label) => label ?? 'unknown')],
    rows: [...counts]
      .sort()
      .map(([format, row]) => [format, ...labels.map((label) => row.get(label) ?? 0)]),
  };
}
