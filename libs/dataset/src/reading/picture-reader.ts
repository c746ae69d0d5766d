import type { DatasetSample } from '@groundglass/core';
import { comparedPart } from '../duplicates/compare-pixels.js';
import { decodeFacts } from '../facts/decode-facts.js';
import type { FileFacts, FileFailure } from '../facts/file-facts.js';
import { decodeFeatures, type DecodedFeatures } from '../features/decode-features.js';
import { scaledTo, type GreyPicture } from '../features/grey-picture.js';
import type { DatasetFiles, FileStat } from '../files/dataset-files.js';
import { loadPicture } from './load-picture.js';

/** A slice of a dataset's file. */
export type SliceName = Pick<DatasetSample, 'path' | 'slice'>;

/**
 * Decodes the files of a dataset. `pictureReader` does so in this thread; a program with threads provides a reader that delegates to them:
 * all arguments and results are plain data that can be sent.
 */
export interface PictureReader {
  /** How many calls to run at a time. */
  readonly atOnce: number;
  /** Decodes every slice of a file. An unreadable file is a failure, never an exception. */
  facts(path: string, stat: FileStat): Promise<FileFacts | FileFailure>;
  /** Features of a slice; undefined if it cannot be read. */
  features(slice: SliceName): Promise<DecodedFeatures | undefined>;
  /** The part of a slice that is compared with other pictures; undefined if it cannot be read. */
  comparedPart(slice: SliceName): Promise<GreyPicture | undefined>;
  /** The slice with at most so many pixels on its longer side; undefined if it cannot be read. */
  thumbnail(slice: SliceName, side: number): Promise<GreyPicture | undefined>;
}

/** A reader that works in this thread. */
export function pictureReader(files: DatasetFiles): PictureReader {
  return {
    // One is decoded while the others wait for their bytes.
    atOnce: 4,
    facts: (path, stat) => decodeFacts(files, path, stat),
    features: (slice) => decodeFeatures(files, slice),
    async comparedPart(slice) {
      const picture = await loadPicture(files, slice);
      return picture && comparedPart(picture);
    },
    async thumbnail(slice, side) {
      const picture = await loadPicture(files, slice);
      if (!picture || Math.max(picture.columns, picture.rows) <= side) return picture;
      return scaledTo(picture, side);
    },
  };
}
