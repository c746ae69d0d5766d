import { CtError, encodePng, type DatasetSample } from '@groundglass/core';
import { openFile } from '../reading/open-file.js';
import { greyPicture } from '../features/grey-picture.js';
import type { DatasetFiles } from '../files/dataset-files.js';
import { baseName, stemOf } from '../import/dataset-folder.js';

/** A file of an export. */
export interface ExportedFile {
  /** Relative to the export's folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const splitFolders = { train: 'train', val: 'validation', test: 'test' } as const;

/**
 * The files of a dataset in Hugging Face's `imagefolder` layout, one by one: `train/<label>/…` with a `metadata.jsonl` for each
 * split. PNG and JPEG keep their bytes; slices of other formats become 8-bit PNG, Hounsfield units in the window −1250 to 250. Masks
 * go to `masks/…`.
 *
 * @throws {CtError} what reading a file throws; `CT_BAD_DATASET` for a sample that is a whole volume.
 */
export async function* imagefolderFiles(
  files: DatasetFiles,
  samples: readonly DatasetSample[],
): AsyncGenerator<ExportedFile> {
  const used = new Set<string>();
  const rows = new Map<string, string[]>();
  for (const sample of samples) {
    const split = splitFolders[sample.split];
    const label = (sample.label ?? 'unknown').replace(/[\\/:*?"<>|]/g, '-');
    const picture = await pictureBytes(files, sample.path, sample.slice);
    const path = unused(used, `${split}/${label}/${nameOf(sample)}`, picture.ending);
    yield { path, bytes: picture.bytes };
    let mask: string | undefined;
    if (sample.mask !== undefined) {
      const drawn = await maskBytes(files, sample.mask, sample.slice);
      mask = unused(used, `${split}/masks/${stemOf(path)}`, '.png');
      yield { path: mask, bytes: drawn };
    }
    const { patient, source, document, meta = {} } = sample;
    const relative = (name: string) => name.slice(split.length + 1);
    const row = {
      file_name: relative(path),
      label: sample.label,
      patient,
      source,
      ...(document === undefined ? {} : { document }),
      ...(mask === undefined ? {} : { mask: relative(mask) }),
      ...meta,
    };
    rows.set(split, [...(rows.get(split) ?? []), `${JSON.stringify(row)}\n`]);
  }
  for (const [split, lines] of rows)
    yield { path: `${split}/metadata.jsonl`, bytes: new TextEncoder().encode(lines.join('')) };
}

function nameOf({ path, slice }: DatasetSample): string {
  return `${stemOf(baseName(path))}${slice === undefined ? '' : `-${String(slice).padStart(4, '0')}`}`;
}

/** Two folders may have files of the same name. */
function unused(used: Set<string>, stem: string, ending: string): string {
  for (let n = 1; ; n++) {
    const path = `${stem}${n === 1 ? '' : `-${n}`}${ending}`;
    if (used.has(path.toLowerCase())) continue;
    used.add(path.toLowerCase());
    return path;
  }
}

async function pictureBytes(files: DatasetFiles, path: string, slice: number | undefined) {
  const { volume, bytes, close } = await openFile(files, path);
  try {
    if (bytes && volume.format === 'png') return { bytes, ending: '.png' };
    if (bytes && volume.format === 'jpeg') return { bytes, ending: '.jpg' };
    if (slice === undefined && volume.sliceCount > 1)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected samples of one slice each, "${path}" is a whole volume of ${volume.sliceCount} slices. Import again with --volumes slices`,
      );
    const { columns, rows, pixels } = greyPicture(await volume.slice(slice ?? 0));
    const data = Uint8ClampedArray.from(pixels, (value) => value * 255);
    return { bytes: encodePng({ columns, rows, channels: 1, data }), ending: '.png' };
  } finally {
    await close();
  }
}

async function maskBytes(
  files: DatasetFiles,
  path: string,
  slice: number | undefined,
): Promise<Uint8Array> {
  const { volume, close } = await openFile(files, path);
  try {
    const { columns, rows, pixels } = await volume.slice(
      volume.sliceCount === 1 ? 0 : (slice ?? 0),
    );
    return encodePng({
      columns,
      rows,
      channels: 1,
      data: Uint8Array.from(pixels, (value) => (value > 0 ? 255 : 0)),
    });
  } finally {
    await close();
  }
}
