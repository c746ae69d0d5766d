import { defaultLimits, openVolume, resample, windowPresets, windowSlice } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import { readSource } from '../preview/read-source.js';
import type { MaskKey, MaskStore } from '../scoring/mask-store.js';

/** Longest side of a thumbnail in pixels. */
const longestSide = 224;

/** A picture small enough to post, with the model's mask if one is stored. */
export interface MadeThumbnail {
  readonly columns: number;
  readonly rows: number;
  readonly grey: Uint8Array;
  readonly mask: Uint8Array | undefined;
}

/**
 * Reads one slice and shrinks it.
 *
 * @throws {CtError} what opening and decoding throw.
 */
export async function makeThumbnail(
  uri: vscode.Uri,
  slice: number | null,
  mask: { readonly store: MaskStore; readonly key: MaskKey } | undefined,
  signal: AbortSignal,
): Promise<MadeThumbnail> {
  const own = await readSource(uri);
  try {
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    const volume = await openVolume(own.source, { limits: defaultLimits, signal, name });
    const index = slice ?? Math.floor((volume.sliceCount - 1) / 2);
    if (index >= volume.sliceCount) {
      throw new CtError(
        'CT_SLICE_RANGE',
        vscode.l10n.t('There is no slice {0}, the file has {1}.', index + 1, volume.sliceCount),
      );
    }
    const picture = await volume.slice(index, signal);
    const window =
      volume.unit === 'HU' ? windowPresets.lung : (volume.windows[0] ?? { center: 0.5, width: 1 });
    const windowed = windowSlice(picture, window);
    const scale = Math.min(1, longestSide / Math.max(picture.columns, picture.rows));
    const to = {
      columns: Math.max(1, Math.round(picture.columns * scale)),
      rows: Math.max(1, Math.round(picture.rows * scale)),
    };
    const small = resample(windowed, picture, to);
    const kept = mask && (await mask.store.get(mask.key).catch(() => undefined));
    return {
      ...to,
      grey: Uint8Array.from(small, toByte),
      mask: kept && Uint8Array.from(resample(kept.values, kept, to), toByte),
    };
  } finally {
    own.dispose();
  }
}

function toByte(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 255);
}
