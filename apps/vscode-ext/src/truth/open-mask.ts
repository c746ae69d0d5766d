import { posix } from 'node:path';
import {
  CtError,
  openDicomSegmentation,
  type CtVolume,
  type DicomSegmentation,
} from '@groundglass/core';
import type * as vscode from 'vscode';
import { openCt, type OpenedCt } from '../preview/open-ct.js';
import { readSource } from '../preview/read-source.js';
import type { Closable } from '../shared/closable.js';
import { placeDifference } from './place-difference.js';

/** An expert's mask of a volume. */
export interface Truth extends Closable {
  /** Where it was found, for the user. */
  readonly name: string;
  /** Names of its classes by their number. */
  readonly classNames: Readonly<Record<number, string>>;
  /** 0 outside, else the number of a class; `rows * columns` values. Undefined if the mask has no such slice. */
  slice(index: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/**
 * Opens a mask for a volume: a DICOM Segmentation is placed by its frames; any other format must match the volume's size and position.
 *
 * @throws {CtError} `CT_CORRUPT` for a mask of another size or position, errors of opening.
 */
export async function openMask(
  uri: vscode.Uri,
  { volume }: Pick<OpenedCt, 'volume'>,
  name = posix.basename(uri.path),
): Promise<Truth> {
  const segmentation = await openSegmentation(uri);
  if (segmentation) return onVolume(segmentation, volume, name);
  const mask = await openCt(uri, new AbortController().signal);
  const sizeOf = ({ columns, rows, sliceCount }: CtVolume) => `${columns}×${rows}×${sliceCount}`;
  if (sizeOf(mask.volume) !== sizeOf(volume)) {
    const message = `Expected a mask of ${sizeOf(volume)}, ${name} has ${sizeOf(mask.volume)}`;
    mask.dispose();
    throw new CtError('CT_CORRUPT', message);
  }
  const elsewhere = placeDifference(volume, mask.volume);
  if (elsewhere !== undefined) {
    mask.dispose();
    throw new CtError('CT_CORRUPT', `Expected a mask aligned with the image: ${elsewhere}`);
  }
  return {
    ...{ name, classNames: {} },
    slice: (index, signal) => classesIn(mask.volume, index, signal),
    dispose: () => {
      mask.dispose();
    },
  };
}

/** The class numbers in a slice of a mask: its stored values, from 0 to 255. */
export async function classesIn(
  volume: CtVolume,
  index: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { pixels } = await volume.slice(index, signal);
  const { black, white } = volume.greyRange ?? { black: 0, white: 1 };
  // Anything above 0 is in the mask, soft values too.
  return Uint8Array.from(pixels, (value) =>
    value > 0 ? Math.min(255, Math.max(1, Math.round(black + value * (white - black)))) : 0,
  );
}

/** Undefined for a file that is not a DICOM Segmentation. */
async function openSegmentation(
  uri: vscode.Uri,
): Promise<(DicomSegmentation & Closable) | undefined> {
  const { source, dispose } = await readSource(uri);
  try {
    const magic = source.size < 132 ? undefined : await source.read(128, 4);
    const isDicom = magic !== undefined && new TextDecoder().decode(magic) === 'DICM';
    const segmentation = isDicom ? await openDicomSegmentation(source) : undefined;
    if (segmentation) return { ...segmentation, dispose };
    dispose();
    return undefined;
  } catch (error) {
    dispose();
    throw error;
  }
}

async function onVolume(
  segmentation: DicomSegmentation & Closable,
  volume: CtVolume,
  name: string,
): Promise<Truth> {
  // A segmentation of another series has another position, or none.
  for (let index = 0; index < volume.sliceCount; index++) {
    if ((await segmentation.on(volume, index)) === undefined) continue;
    return {
      ...{ name, classNames: segmentation.segments },
      slice: (at) => segmentation.on(volume, at),
      dispose: () => {
        segmentation.dispose();
      },
    };
  }
  segmentation.dispose();
  throw new CtError('CT_CORRUPT', `Expected frames on the slices of this volume, ${name} has none`);
}
