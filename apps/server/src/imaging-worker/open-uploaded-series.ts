import {
  CtError,
  mergeWarnings,
  openDicomSeries,
  type NamedSource,
  type SeriesVolume,
  type Warning,
} from '@groundglass/core';

/** The volume of an upload to score, and warnings about the files that are not in it. */
export interface UploadedSeries extends Pick<SeriesVolume, 'volume' | 'files'> {
  readonly warnings: readonly Warning[];
}

/**
 * Opens the files of an upload as one DICOM series. Takes the first of several phases; leaves out localizers, captures, other views
 * and sizes, files that cannot be read and those that are not DICOM. Each of them gets a warning with its name.
 *
 * @param chosen which volume to take, from 0, in the order of `openDicomSeries`; with it several series are not an error.
 * @throws {CtError} `CT_MIXED_SERIES` for axial slices of several series, `CT_SLICE_RANGE` for a missing volume, and the error
 * of the first file where no file can be read.
 */
export async function openUploadedSeries(
  named: readonly NamedSource[],
  chosen: number | undefined,
): Promise<UploadedSeries> {
  const { volumes, problems } = await openDicomSeries(named);
  if (volumes.length === 0) {
    const worst = problems.find(({ error }) => error.code !== 'CT_UNKNOWN_FORMAT') ?? problems[0];
    throw worst?.error ?? new CtError('CT_MIXED_SERIES', 'Expected the files of a series');
  }
  const series = chosen === undefined ? onlySeries(volumes) : volumes[chosen];
  if (!series) {
    throw new CtError(
      'CT_SLICE_RANGE',
      `Expected a volume from 0 to ${volumes.length - 1} of the upload, got ${chosen}`,
    );
  }
  const own = new Set(series.files);
  const leftOut = volumes
    .filter((other) => other !== series)
    .flatMap((other) => namesOf(other, own).map((file) => leftOutWarning(file, other, series)));
  const namedAlready = new Set(series.volume.warnings.map(({ file }) => file));
  const unreadable = problems
    .filter(({ name }) => !namedAlready.has(name) && !own.has(name))
    .map(({ name, error }): Warning => {
      return { code: 'FILE_UNREADABLE', file: name, detail: `${error.code}: ${error.message}` };
    });
  const warnings = mergeWarnings(series.volume.warnings, leftOut, unreadable);
  return { volume: series.volume, files: series.files, warnings };
}

/** The first volume whose slices can be scored, or the first of all where none can. */
function onlySeries(volumes: readonly SeriesVolume[]): SeriesVolume {
  const scorable = volumes.filter((each) => whyNot(each) === undefined);
  const [first] = scorable;
  if (!first) return volumes[0]!;
  const others = scorable.filter(({ seriesUid }) => seriesUid !== first.seriesUid);
  if (others.length === 0) return first;
  const sizes = [first, ...others].map(
    (each) => `volume ${volumes.indexOf(each)} with ${each.volume.sliceCount} slices`,
  );
  throw new CtError(
    'CT_MIXED_SERIES',
    `Expected axial slices of one series, got ${sizes.join(', ')}: send one series, or choose one with volume=N`,
  );
}

/** Why a chest model cannot score the slices of a volume; undefined if it may. */
function whyNot({ volume }: SeriesVolume): string | undefined {
  const codes = volume.warnings.map(({ code }) => code);
  if (codes.includes('LOCALIZER')) return 'a localizer';
  if (codes.includes('SECONDARY_CAPTURE')) return 'a capture of a screen or page';
  if (codes.includes('NOT_CT')) return `modality ${volume.acquisition.modality ?? 'unknown'}`;
  return codes.includes('NOT_AXIAL') ? `${volume.view ?? 'other'} slices` : undefined;
}

/** File names of a volume, except those that also hold slices of the scored volume. */
function namesOf({ files }: SeriesVolume, own: ReadonlySet<string>): string[] {
  return [...new Set(files)].filter((name) => !own.has(name));
}

function leftOutWarning(file: string, other: SeriesVolume, scored: SeriesVolume): Warning {
  return { code: 'FILE_LEFT_OUT', file, detail: differenceOf(other, scored) };
}

/** How a volume differs from the scored one. */
function differenceOf(other: SeriesVolume, scored: SeriesVolume): string {
  const reason = whyNot(other);
  if (reason !== undefined) return reason;
  if (other.seriesUid !== scored.seriesUid) return 'another series';
  const { columns, rows, warnings } = other.volume;
  const phase = warnings.find(({ code }) => code === 'PHASES_SPLIT');
  if (phase) return phase.detail ?? 'another phase';
  if (columns !== scored.volume.columns || rows !== scored.volume.rows)
    return `another size, ${columns}×${rows}`;
  const isMixed = warnings.some(({ code }) => code === 'MIXED_SPACING');
  return isMixed ? 'another pixel spacing' : 'another volume of the series';
}
