import { decodeMask, resample, type EncodedMask } from '@groundglass/core';
import { dice, maskOverlap } from '@groundglass/metrics';
import type * as vscode from 'vscode';
import { openCt } from '../preview/open-ct.js';

/** Lesion probability from which a pixel counts. */
const threshold = 0.5;

/** Dice of a model's mask against an expert's, at the expert's size; null if the expert's mask cannot be read. */
export async function diceAgainst(
  truth: vscode.Uri,
  mask: EncodedMask,
  slice: number,
): Promise<number | null> {
  const { signal } = new AbortController();
  const opened = await openCt(truth, signal).catch(() => undefined);
  if (!opened) return null;
  try {
    const { volume } = opened;
    const { pixels, columns, rows } = await volume.slice(
      volume.sliceCount === 1 ? 0 : slice,
      signal,
    );
    const found = resample(
      decodeMask(mask),
      { columns: mask.width, rows: mask.height },
      { columns, rows },
    );
    return dice(
      maskOverlap(
        Uint8Array.from(pixels, (value) => Number(value > 0)),
        Uint8Array.from(found, (value) => Number(value >= threshold)),
      ),
    );
  } catch {
    return null;
  } finally {
    opened.dispose();
  }
}
