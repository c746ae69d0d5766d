import type { ByteSource } from '../byte-source.js';
import { mergeWarnings } from '../../contracts/merge-warnings.js';
import type { CtVolume } from '../../contracts/volume.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { asCtError, CtError, type ErrorCode } from '../../errors.js';
import { gunzipped } from '../inflate/gunzipped.js';
import type { Inflate } from '../inflate/inflated-source.js';
import { defaultLimits, type Limits } from '../limits.js';
import { sniffFormat, sniffLength } from '../sniff.js';
import { cleanSeries } from './clean-series.js';
import type { WasmCodecs } from './codecs/wasm-codec.js';
import { isOtherObject, readDicomImage, seriesUidOf, type DicomImage } from './dicom-image.js';
import { framesOf } from './slice-stack.js';
import { splitPhases } from './split-phases.js';
import { stackVolume } from './stack-volume.js';

/** See {@link openDicom}. */
export interface DicomOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal | undefined;
  readonly codecs: WasmCodecs;
  readonly inflate: Inflate;
}

/** A file of a folder, and its name for warnings and errors. */
export interface NamedSource {
  readonly name: string;
  readonly source: ByteSource;
}

/** A file that belongs to no series, and why. */
export interface SeriesProblem {
  readonly name: string;
  readonly error: CtError;
  /** The series that the file belongs to, if its header could be read. */
  readonly seriesUid: string | undefined;
}

/** The series in a folder, and the files that belong to none. */
export interface DicomSeries {
  readonly volumes: readonly SeriesVolume[];
  readonly problems: readonly SeriesProblem[];
}

/** A series as a volume, and the file of each slice. */
export interface SeriesVolume {
  readonly seriesUid: string;
  readonly volume: CtVolume;
  /** Name of the file that holds slice `i`. */
  readonly files: readonly string[];
}

/**
 * Opens one DICOM file: a slice, or all frames of a multi-frame or Enhanced CT object. Of several phases in one file it opens one,
 * with the warning `OTHER_VOLUMES`.
 *
 * @param options.timePoint which phase to open, from 0.
 */
export async function openDicom(
  source: ByteSource,
  options: DicomOptions & { readonly timePoint?: number | undefined },
): Promise<CtVolume> {
  const { limits = defaultLimits, codecs, signal, timePoint = 0 } = options;
  const image = await readDicomImage(source, { limits, codecs });
  const phases = splitPhases(framesOf([image]));
  const phase = phases[timePoint];
  if (!phase) {
    throw new CtError(
      'CT_SLICE_RANGE',
      `Expected a volume from 0 to ${phases.length - 1} of the file, got ${timePoint}`,
    );
  }
  return stackVolume(phase.frames, {
    limits,
    signal,
    timePoint: phases.length > 1 ? { index: timePoint, count: phases.length } : null,
    warnings: [],
    named: false,
  });
}

/**
 * Opens the DICOM files of a folder as series, cleaned by {@link cleanSeries} and sorted along the normal. Reads only headers, and
 * the pixels of a few slices to find out what the values mean. Unreadable files are listed in `problems` and in the
 * warnings of the series that they belong to, or of all series if that is not known.
 *
 * @throws {CtError} `CT_CANCELLED`.
 */
export async function openDicomSeries(
  files: readonly NamedSource[],
  options: DicomOptions,
): Promise<DicomSeries> {
  const { limits = defaultLimits, signal } = options;
  const problems: SeriesProblem[] = [];
  const images: DicomImage[] = [];
  // In small groups: the files' reads overlap, and a folder of thousands does not open thousands at once.
  for (let start = 0; start < files.length; start += 16) {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Opening was cancelled');
    const outcomes = await Promise.all(
      files.slice(start, start + 16).map((file) => readFile(file, limits, options)),
    );
    for (const outcome of outcomes) {
      if ('error' in outcome) problems.push(outcome);
      else images.push(outcome);
    }
  }
  const volumes: SeriesVolume[] = [];
  for (const { seriesUid, frames, warnings } of cleanSeries(images)) {
    const names = frames.map(({ image }) => image.name ?? '');
    try {
      const unreadable = problems
        .filter((problem) => (problem.seriesUid ?? seriesUid) === seriesUid && isLoss(problem))
        .map(unreadableWarning);
      const all = mergeWarnings(unreadable, warnings);
      const volume = await stackVolume(frames, {
        limits,
        signal,
        timePoint: null,
        warnings: all,
        named: true,
      });
      volumes.push({ seriesUid, volume, files: volume.sliceFiles ?? names });
    } catch (error) {
      const known = asCtError(error, 'CT_MIXED_SERIES', 'The files do not form a series');
      if (known.code === 'CT_CANCELLED') throw known;
      problems.push(...names.map((name) => ({ name, error: known, seriesUid })));
    }
  }
  // The longest first: usually the one that the user wants. Localizers and captures come last.
  volumes.sort(
    (a, b) => rank(a.volume) - rank(b.volume) || b.volume.sliceCount - a.volume.sliceCount,
  );
  return { volumes, problems };
}

/** Sorts localizers and captures behind slices. */
function rank({ warnings }: CtVolume): number {
  return Number(warnings.some(({ code }) => code === 'LOCALIZER' || code === 'SECONDARY_CAPTURE'));
}

/** Errors that mean a slice of a series is missing. Reports, directories and other objects without pixels are no loss. */
const losses: readonly ErrorCode[] = [
  'CT_CORRUPT',
  'CT_TRUNCATED',
  'CT_EMPTY',
  'CT_READ_FAILED',
  'CT_TOO_LARGE',
  'CT_UNSUPPORTED',
];

/** Whether an unreadable file may have held a slice; a text file in the folder did not. */
function isLoss({ name, error }: SeriesProblem): boolean {
  const { code } = error;
  if (isOtherObject(error)) return false;
  return (
    losses.includes(code) || (code === 'CT_UNKNOWN_FORMAT' && /\.(dcm|dicom|ima)$/i.test(name))
  );
}

function unreadableWarning({ name, error }: SeriesProblem): Warning {
  return { code: 'FILE_UNREADABLE', file: name, detail: `${error.code}: ${error.message}` };
}

/** The image in a file, or why there is none. */
async function readFile(
  { name, source }: NamedSource,
  limits: Limits,
  { codecs, inflate }: DicomOptions,
): Promise<DicomImage | SeriesProblem> {
  try {
    if (source.size === 0)
      throw new CtError('CT_EMPTY', 'Expected a DICOM file, the file has no bytes');
    let file = source;
    let format = await formatOf(file);
    if (format === 'gzip') {
      file = (await gunzipped(source, { inflate, limits })).source;
      format = await formatOf(file);
    }
    if (format !== 'dicom') {
      throw new CtError(
        'CT_UNKNOWN_FORMAT',
        `Expected a DICOM file, this is ${format ?? 'in an unknown format'}`,
      );
    }
    return await readDicomImage(file, { limits, codecs, name });
  } catch (error) {
    const known = asCtError(error, 'CT_CORRUPT', 'The file could not be read');
    return { name, error: known, seriesUid: seriesUidOf(known) };
  }
}

async function formatOf(source: ByteSource) {
  return sniffFormat(await source.read(0, Math.min(source.size, sniffLength)));
}
