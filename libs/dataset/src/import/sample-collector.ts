import {
  CtError,
  datasetSampleSchema,
  type DatasetManifest,
  type DatasetSample,
} from '@groundglass/core';
import type { FileStat } from '../files/dataset-files.js';
import { checkMask, checkPicture } from '../facts/check-pixels.js';
import type { FileFacts, FileFailure } from '../facts/file-facts.js';
import { readFacts } from '../facts/read-facts.js';
import { assignSplit, defaultShares } from '../splits/assign-split.js';
import { columnOf, type Table, type TableRow } from '../tables/read-table.js';
import { didYouMean } from '../text/did-you-mean.js';
import { inOrder } from '../reading/in-order.js';
import { baseName, stemOf, type DatasetFolder } from './dataset-folder.js';
import type { ImportOptions } from './import-options.js';
import type { ImportedDataset, ImportProblem } from './import-report.js';
import { LabelWords } from './label-words.js';
import { splitFromWord } from './split-words.js';

/** Where a candidate was named, for the report. */
export interface Place {
  readonly file: string;
  readonly row?: number;
}

export type Meta = NonNullable<DatasetSample['meta']>;

/** A sample as proposed by an importer; checked before it is accepted. */
export interface SampleCandidate {
  readonly path: string | undefined;
  /** The dataset's own word for the label; null or undefined if there is none. */
  readonly label: string | null | undefined;
  /** The dataset's own word for the split; undefined if there is none. */
  readonly split?: string | undefined;
  /** Whether the importer drew `split` itself, as a part of a published one. */
  readonly isSplitDrawn?: boolean | undefined;
  readonly slice?: string | number | undefined;
  /** Default: the patient in the header, else the file. */
  readonly patient?: string | undefined;
  /** The patient if nothing names one, such as the name of a folder. */
  readonly guessedPatient?: string | undefined;
  readonly source: string;
  readonly document?: string | undefined;
  readonly mask?: string | undefined;
  readonly meta?: Meta | undefined;
}

interface Taken {
  readonly candidate: SampleCandidate;
  readonly place: Place;
  readonly path: string;
  readonly stat: FileStat;
  readonly label: string | null;
  readonly split: DatasetSample['split'] | undefined;
  readonly isSplitDrawn: boolean;
  readonly slice: number | undefined;
  readonly mask: { readonly path: string; readonly stat: FileStat } | undefined;
}

/**
 * Takes the candidates of an importer one by one: good ones become samples, the others problems with file and row. No
 * candidate stops the import.
 */
export class SampleCollector {
  readonly problems: ImportProblem[] = [];
  readonly words: LabelWords;
  readonly #taken: Taken[] = [];
  readonly #placeOf = new Map<string, Place>();
  readonly #folder: DatasetFolder;
  readonly #options: ImportOptions;

  constructor(folder: DatasetFolder, options: ImportOptions) {
    this.#folder = folder;
    this.#options = options;
    this.words = new LabelWords(options);
  }

  /** Records a problem that belongs to no single sample. */
  report(place: Place, message: string): void {
    this.problems.push({ ...place, message });
  }

  /** Checks words, files and repetition; returns whether the candidate was accepted. Pixels are checked at the end. */
  async add(candidate: SampleCandidate, place: Place): Promise<boolean> {
    const refuse = (message: string) => {
      this.report(place, message);
      return false;
    };
    const { path: written, slice: sliceText, split: splitWord } = candidate;
    if (written === undefined || written === '') return refuse('path: Expected a path, got none');
    const label = this.words.resolve(candidate.label);
    if ('problem' in label) return refuse(label.problem);
    const split = splitWord === undefined ? undefined : splitFromWord(splitWord);
    if (splitWord !== undefined && split === undefined)
      return refuse(
        `split: Expected train, val or test, got "${splitWord}"${didYouMean(splitWord, ['train', 'val', 'test', 'validation'])}`,
      );
    const slice = sliceText === undefined ? undefined : Number(sliceText);
    if (slice !== undefined && !(Number.isInteger(slice) && slice >= 0))
      return refuse(`slice: Expected a whole number from 0, got "${sliceText ?? ''}"`);
    const file = await this.#folder.locate(written);
    if ('problem' in file) return refuse(file.problem);
    const key = `${file.path}#${slice ?? ''}`;
    const earlier = this.#placeOf.get(key);
    if (earlier)
      return refuse(
        `"${file.path}" is listed a second time, first in ${earlier.file}${earlier.row === undefined ? '' : `:${earlier.row}`}`,
      );
    const mask =
      candidate.mask === undefined ? undefined : await this.#folder.locate(candidate.mask);
    if (mask && 'problem' in mask) return refuse(`mask: ${mask.problem}`);
    this.#placeOf.set(key, place);
    const isSplitDrawn = candidate.isSplitDrawn ?? false;
    this.#taken.push({
      ...{ candidate, place, ...file, label: label.label },
      ...{ split, isSplitDrawn, slice, mask },
    });
    this.#options.onProgress?.({ phase: 'listing', done: this.#taken.length, total: undefined });
    return true;
  }

  /**
   * Decodes what was accepted and makes samples of it: a volume becomes its slices. Applies split lists and joined tables.
   *
   * @throws {CtError} `CT_CANCELLED`.
   */
  async finish(
    manifest: Pick<DatasetManifest, 'name'> & Partial<DatasetManifest>,
  ): Promise<ImportedDataset> {
    const kept = this.#applySplitLists();
    const joined = joinTables(this.#options.joins ?? [], kept, this);
    const samples: DatasetSample[] = [];
    const instances = new Map<string, string>();
    const { signal, cache, reader, onProgress } = this.#options;
    let done = 0;
    const read = async (taken: Taken) => {
      if (this.#options.decode === false) return undefined;
      const files = this.#folder.source;
      const how = { cache, reader, signal };
      const facts = await readFacts(files, taken.path, taken.stat, how);
      const mask = taken.mask && (await readFacts(files, taken.mask.path, taken.mask.stat, how));
      onProgress?.({ phase: 'reading', done: ++done, total: kept.length });
      return { facts, mask };
    };
    for await (const [taken, outcome] of inOrder(kept, reader?.atOnce ?? 4, read)) {
      if (!outcome) this.#push(samples, taken, undefined, joined.get(taken));
      else if ('problem' in outcome.facts)
        this.report(taken.place, `"${taken.path}": ${outcome.facts.problem}`);
      else
        this.#addSamples(samples, taken, outcome.facts, outcome.mask, joined.get(taken), instances);
    }
    const { name, ...rest } = manifest;
    this.#reportCrossingPatients(samples);
    return {
      manifest: {
        format: 'groundglass-dataset',
        version: 1,
        name: this.#options.name ?? name,
        ...rest,
        samples: 'samples.jsonl',
        labels: [...this.words.labels],
        positive: this.words.positive,
      },
      samples,
      problems: this.problems,
    };
  }

  #addSamples(
    samples: DatasetSample[],
    taken: Taken,
    facts: FileFacts,
    mask: FileFacts | FileFailure | undefined,
    joined: JoinedRow | undefined,
    instances: Map<string, string>,
  ): void {
    const { instance } = facts.header;
    const first = instance === undefined ? undefined : instances.get(instance);
    if (first !== undefined && first !== taken.path) {
      this.report(
        taken.place,
        `"${taken.path}" is a copy of "${first}": both have one SOP Instance UID`,
      );
      return;
    }
    if (instance !== undefined) instances.set(instance, taken.path);
    if (facts.header.axial === false) {
      this.report(taken.place, `"${taken.path}" is not axial (a localizer or a reformatted plane)`);
      return;
    }
    if (taken.slice !== undefined && taken.slice >= facts.sliceCount) {
      this.report(
        taken.place,
        `slice: Expected a slice from 0 to ${facts.sliceCount - 1} of "${taken.path}", got ${taken.slice}`,
      );
      return;
    }
    const maskProblem = mask && checkMask(facts, taken.mask!.path, mask, taken.slice);
    if (maskProblem !== undefined) {
      this.report(taken.place, maskProblem);
      return;
    }
    if (taken.slice !== undefined || facts.sliceCount === 1) {
      const index = taken.slice ?? 0;
      const problem = checkPicture(facts, index);
      if (problem !== undefined) this.report(taken.place, `"${taken.path}": ${problem}`);
      else this.#push(samples, taken, { facts, index }, joined);
      return;
    }
    if (this.#options.volumes === 'whole') {
      this.#push(samples, taken, { facts, index: undefined }, joined);
      return;
    }
    for (let index = 0; index < facts.sliceCount; index++)
      this.#push(samples, taken, { facts, index, ofVolume: true }, joined);
  }

  #push(
    samples: DatasetSample[],
    { candidate, path, place, label, split, isSplitDrawn, slice, mask }: Taken,
    read: { facts: FileFacts; index: number | undefined; ofVolume?: boolean } | undefined,
    joined: JoinedRow | undefined,
  ): void {
    const header = read?.facts.header;
    const isByHeader = candidate.guessedPatient === undefined && header?.patient !== undefined;
    const namedBy =
      candidate.patient ?? joined?.patient ?? (isByHeader ? header.patient : undefined);
    const guess = candidate.guessedPatient ?? header?.study;
    const patient = namedBy ?? guess ?? path;
    const document = candidate.document ?? joined?.document;
    const group = document ?? patient;
    const meta: Meta = {
      ...(header ? headerMeta(header) : {}),
      ...(read?.ofVolume && header?.position !== undefined && header.spacing !== undefined
        ? { position: Number((header.position + read.index! * header.spacing).toFixed(3)) }
        : {}),
      ...(read && read.index === undefined ? { slices: read.facts.sliceCount } : {}),
      ...candidate.meta,
      ...joined?.meta,
    };
    const index = slice ?? (read?.ofVolume ? read.index : undefined);
    const pixels = read?.facts.slices[read.index ?? 0]?.pixelHash;
    const named = (isSplitDrawn ? undefined : split) ?? joined?.split;
    const guessed = [
      ...(named === undefined ? ['split'] : []),
      ...(namedBy === undefined && guess !== undefined ? ['patient'] : []),
    ];
    const parsed = datasetSampleSchema.safeParse({
      path,
      ...(index === undefined ? {} : { slice: index }),
      label: label ?? joined?.label ?? null,
      split: named ?? split ?? assignSplit(group, this.#options.shares ?? defaultShares),
      patient,
      source: candidate.source,
      ...(document === undefined ? {} : { document }),
      ...(read ? { sha256: read.facts.sha256 } : {}),
      ...(pixels !== undefined && read?.index !== undefined ? { pixelHash: pixels } : {}),
      ...(mask ? { mask: mask.path } : {}),
      ...(guessed.length > 0 ? { guessed } : {}),
      ...(Object.keys(meta).length > 0 ? { meta } : {}),
    });
    if (parsed.success) samples.push(parsed.data);
    else
      for (const issue of parsed.error.issues)
        this.report(place, `${issue.path.join('.')}: ${issue.message}`);
  }

  /** Slices of one patient in training and test inflate every score. The samples stay as published; the report names them. */
  #reportCrossingPatients(samples: readonly DatasetSample[]): void {
    const splitsOf = new Map<string, Map<string, number>>();
    for (const { source, patient, split } of samples) {
      const key = `${source}/${patient}`;
      const splits = splitsOf.get(key) ?? new Map<string, number>();
      splits.set(split, (splits.get(split) ?? 0) + 1);
      splitsOf.set(key, splits);
    }
    for (const [key, splits] of splitsOf) {
      if (splits.size < 2) continue;
      const counts = [...splits].map(([split, count]) => `${count} in ${split}`).join(', ');
      this.report(
        { file: 'samples.jsonl' },
        `Patient "${key}" is in more than one split: ${counts}`,
      );
    }
  }

  #applySplitLists(): Taken[] {
    const lists = this.#options.splitLists;
    if (!lists || lists.length === 0) return this.#taken;
    const byName = new Map<string, Taken[]>();
    const note = (name: string, taken: Taken) => {
      byName.set(name, [...(byName.get(name) ?? []), taken]);
    };
    for (const taken of this.#taken) {
      const { path, candidate } = taken;
      const patient = candidate.patient ?? candidate.guessedPatient;
      const names = [path, baseName(path), stemOf(path), patient];
      for (const name of new Set(names)) if (name !== undefined) note(name, taken);
    }
    const splitOf = new Map<Taken, DatasetSample['split']>();
    for (const { file, entries } of lists) {
      for (const { name, split: word, row } of entries) {
        const split = splitFromWord(word);
        if (split === undefined) {
          this.report({ file, row }, `split: Expected train, val or test, got "${word}"`);
          continue;
        }
        const clean = name.replaceAll('\\', '/').replace(/^\.\//, '');
        const found =
          byName.get(clean) ??
          this.#taken.filter(
            ({ path }) => path.endsWith(`/${clean}`) || clean.endsWith(`/${path}`),
          );
        if (found.length === 0) {
          this.report(
            { file, row },
            `"${name}" is not a sample of the dataset${didYouMean(clean, byName.keys())}`,
          );
          continue;
        }
        for (const taken of found) {
          const before = splitOf.get(taken);
          if (before === undefined) splitOf.set(taken, split);
          else if (before !== split)
            this.report({ file, row }, `"${name}" is already in ${before}, here it is in ${split}`);
        }
      }
    }
    return this.#taken.flatMap((taken) => {
      const split = splitOf.get(taken);
      if (split !== undefined) return [{ ...taken, split, isSplitDrawn: false }];
      this.report({ file: taken.path }, 'The image is not in any split list');
      return [];
    });
  }
}

/** A joined table's fields for a sample. */
interface JoinedRow {
  readonly label?: string;
  readonly split?: DatasetSample['split'];
  readonly patient?: string;
  readonly document?: string;
  readonly meta?: Meta;
}

/** Looks up each row of the tables by path, file name, stem, patient or series; rows that match no sample are problems. */
function joinTables(
  tables: readonly Table[],
  taken: readonly Taken[],
  collector: SampleCollector,
): Map<Taken, JoinedRow> {
  const joined = new Map<Taken, JoinedRow>();
  if (tables.length === 0) return joined;
  const byName = new Map<string, Taken[]>();
  for (const item of taken) {
    const { path, candidate } = item;
    const meta = candidate.meta ?? {};
    const patient = candidate.patient ?? candidate.guessedPatient;
    const names = [path, baseName(path), stemOf(path), patient, meta.series, meta.study];
    for (const name of new Set(names)) {
      if (name === undefined || name === null) continue;
      byName.set(String(name), [...(byName.get(String(name)) ?? []), item]);
    }
  }
  for (const table of tables) {
    for (const problem of table.problems) collector.problems.push(problem);
    const keys = (['path', 'series', 'study', 'patient'] as const).flatMap(
      (field) => columnOf(table, field) ?? [],
    );
    if (keys.length === 0)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected a column path, patient, series or study in ${table.file} to join by; found: ${table.columns.join(', ') || 'none'}`,
      );
    for (const row of table.rows) addRow(table, row, keys, byName, joined, collector);
  }
  return joined;
}

function addRow(
  table: Table,
  { row, cells }: TableRow,
  keys: readonly string[],
  byName: ReadonlyMap<string, Taken[]>,
  joined: Map<Taken, JoinedRow>,
  collector: SampleCollector,
): void {
  const place = { file: table.file, row };
  const names = keys.flatMap((key) => cells.get(key) ?? []);
  const found = names
    .map((name) => byName.get(name) ?? byName.get(stemOf(name)))
    .find((items) => items);
  if (!found) {
    const name = names[0] ?? '';
    collector.report(
      place,
      `"${name}" is not a sample of the dataset${didYouMean(name, byName.keys())}`,
    );
    return;
  }
  const field = (name: 'label' | 'split' | 'patient' | 'document') => {
    const column = columnOf(table, name);
    return column === undefined ? undefined : cells.get(column);
  };
  const label = collector.words.resolve(field('label'));
  if ('problem' in label) {
    collector.report(place, label.problem);
    return;
  }
  const splitWord = field('split');
  const split = splitWord === undefined ? undefined : splitFromWord(splitWord);
  const used = new Set([
    ...keys,
    ...(['label', 'split', 'document'] as const).map((f) => columnOf(table, f)),
  ]);
  const meta = Object.fromEntries(
    [...cells].filter(([key]) => !used.has(key)).map(([key, value]) => [key, numberOrText(value)]),
  );
  const [patient, document] = [field('patient'), field('document')];
  for (const item of found)
    joined.set(item, {
      ...(label.label === null ? {} : { label: label.label }),
      ...(split === undefined ? {} : { split }),
      ...(patient === undefined ? {} : { patient }),
      ...(document === undefined ? {} : { document }),
      ...(Object.keys(meta).length > 0 ? { meta } : {}),
    });
}

/** A cell as a number if it survives a round trip: `007` stays text. */
export function numberOrText(text: string): string | number {
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}

function headerMeta(header: FileFacts['header']): Meta {
  const { study, series, instanceNumber, position, sex, age, bodyPart, manufacturer, kernel } =
    header;
  const entries = {
    study,
    series,
    instanceNumber,
    position,
    gender: sex,
    age,
    bodyPart,
    manufacturer,
    kernel,
  };
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined),
  ) as Meta;
}
