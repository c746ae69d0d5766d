import {
  asCtError,
  CtError,
  cut,
  fileSource,
  lungRegions,
  openVolume,
  toModelInput,
  type CropBox,
  type CtSlice,
  type DatasetSample,
} from '@groundglass/core';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Picture } from './augment.js';

/** A decoded sample: the model's input at the picture's own size, and its lesion mask if it has one. */
export interface LoadedSample {
  readonly image: Picture;
  /** 0 or 1, of the same size and crop as `image`. */
  readonly mask: Picture | undefined;
  /** Lungs, and what could be lung; if requested and found. */
  readonly lungs?: Picture;
  readonly hull?: Picture;
  /** The lesions come from another patient, so the sample's own label does not apply. */
  readonly pasted?: true;
  /** The whole slice and the part of it that `image` shows; if requested. */
  readonly whole?: { readonly slice: CtSlice; readonly cropBox: CropBox };
}

/** How samples are decoded; one setting for a whole run. */
export interface LoadOptions {
  /** Absolute folder that paths are relative to. */
  readonly root: string;
  readonly crop: 'none' | 'chest';
  /** Use a network's mask (`meta.pseudoMask`) if there is no expert's. */
  readonly pseudoMasks?: boolean;
  /** Also find the lungs. */
  readonly lungs?: boolean;
  /** Also return the whole slice. */
  readonly whole?: boolean;
}

/**
 * Decodes one sample through the same code as the server: `openVolume`, then `toModelInput`.
 *
 * @throws {CtError} with the sample's path in the message; `CT_BAD_DATASET` when the mask has another size.
 */
export async function loadSample(
  sample: DatasetSample,
  { root, crop, pseudoMasks = false, lungs = false, whole = false }: LoadOptions,
): Promise<LoadedSample> {
  const slice = await readSlice(resolve(root, sample.path), sample.path, sample.slice);
  const input = toModelInput(slice, { crop });
  const [, rows, columns] = input.shape;
  const image = { data: input.data, columns, rows };
  const regions = lungs ? lungRegions(slice) : undefined;
  const region = (mask: Uint8Array): Picture => ({
    data: Float32Array.from(cut(mask, slice, input.cropBox)),
    columns,
    rows,
  });
  const found = {
    ...(regions ? { lungs: region(regions.lungs), hull: region(regions.hull) } : {}),
    ...(whole ? { whole: { slice, cropBox: input.cropBox } } : {}),
  };
  const weak = pseudoMasks && sample.mask === undefined;
  const path = weak ? pseudoMaskOf(sample) : sample.mask;
  if (path === undefined) return { image, mask: undefined, ...found };
  const mask = await readSlice(resolve(root, path), path, sample.slice, true);
  const least = weak ? softMaskThreshold : Number.MIN_VALUE;
  if (mask.columns !== slice.columns || mask.rows !== slice.rows) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a mask of ${slice.columns}×${slice.rows} for "${sample.path}", got ${mask.columns}×${mask.rows}`,
    );
  }
  const data = cut(mask.pixels, slice, input.cropBox).map((value) => (value >= least ? 1 : 0));
  return { image, mask: { data, columns, rows }, ...found };
}

/** A network's masks are soft; grey is 0–1. */
const softMaskThreshold = 0.5;

/** Path of a network's mask of the sample, if the manifest names one. */
export function pseudoMaskOf({ meta }: DatasetSample): string | undefined {
  const path = meta?.pseudoMask;
  return typeof path === 'string' ? path : undefined;
}

/** Decodes one slice of a file through the same code as the server. @throws {CtError} with `name` in the message. */
export async function readSlice(
  path: string,
  name: string,
  index: number | undefined,
  isMask = false,
) {
  let handle;
  try {
    handle = await open(path);
  } catch (error) {
    throw new CtError('CT_READ_FAILED', `Expected a readable file "${name}"`, { cause: error });
  }
  try {
    const volume = await openVolume(await fileSource(handle));
    if (index === undefined && volume.sliceCount > 1)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected a sample of one slice, got a whole volume of ${volume.sliceCount}. Import again with --volumes slices`,
      );
    // A mask image is a single slice even if the picture is a volume's.
    return await volume.slice(isMask && volume.sliceCount === 1 ? 0 : (index ?? 0));
  } catch (error) {
    const known = asCtError(error, 'CT_READ_FAILED', 'it could not be read');
    throw new CtError(known.code, `"${name}": ${known.message}`, { cause: error });
  } finally {
    await handle.close();
  }
}
