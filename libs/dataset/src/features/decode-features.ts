import { asCtError, type DatasetSample } from '@groundglass/core';
import { pixelHash } from '../facts/pixel-hash.js';
import type { DatasetFiles } from '../files/dataset-files.js';
import { openFile } from '../reading/open-file.js';
import { shownSlice } from '../reading/shown-slice.js';
import { colourMarks } from './marks.js';
import { sliceFeatures, storeFeatures, type StoredFeatures } from './slice-features.js';

/** Features as plain data, and the hash of their pixels. */
export interface DecodedFeatures {
  readonly hash: string;
  readonly features: StoredFeatures;
}

/** Decodes the slice that represents a sample and computes its features; undefined if it cannot be read. */
export async function decodeFeatures(
  files: DatasetFiles,
  { path, slice }: Pick<DatasetSample, 'path' | 'slice'>,
): Promise<DecodedFeatures | undefined> {
  let opened;
  try {
    opened = await openFile(files, path);
    const { volume, bytes } = opened;
    const decoded = await volume.slice(shownSlice(slice, volume.sliceCount));
    const features = sliceFeatures(decoded);
    const isPicture = volume.format === 'png' || volume.format === 'jpeg';
    const isColoured = volume.warnings.some((warning) =>
      JSON.stringify(warning).includes('COLOUR_TO_GREY'),
    );
    const colour = isPicture && isColoured && bytes ? await colourMarks(bytes) : undefined;
    const whole = colour ? { ...features, marks: [...features.marks, colour] } : features;
    return { hash: await pixelHash(decoded), features: storeFeatures(whole) };
  } catch (error) {
    if (asCtError(error, 'CT_CORRUPT', '').code === 'CT_CANCELLED') throw error;
    return undefined;
  } finally {
    await opened?.close();
  }
}
