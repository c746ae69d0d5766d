import type { DatasetSample } from '@groundglass/core';
import { greyPicture, type GreyPicture } from '../features/grey-picture.js';
import type { DatasetFiles } from '../files/dataset-files.js';
import { openFile } from './open-file.js';
import { shownSlice } from './shown-slice.js';

/** The slice that represents a sample, in grey; undefined if it cannot be read. */
export async function loadPicture(
  files: DatasetFiles,
  { path, slice }: Pick<DatasetSample, 'path' | 'slice'>,
): Promise<GreyPicture | undefined> {
  try {
    const { volume, close } = await openFile(files, path);
    try {
      return greyPicture(await volume.slice(shownSlice(slice, volume.sliceCount)));
    } finally {
      await close();
    }
  } catch {
    return undefined;
  }
}
