import { encodePng, overlayMask } from '@groundglass/core';
import type * as vscode from 'vscode';
import { makeThumbnail, type MadeThumbnail } from '../gallery/make-thumbnail.js';
import type { MaskStore } from '../scoring/mask-store.js';
import type { KnownFile } from './scored-samples.js';

/** The thumbnail of a picture with its mask, as a PNG data URI; undefined if it cannot be read. */
export async function hoverPicture(
  uri: vscode.Uri,
  known: KnownFile | undefined,
  masks: MaskStore,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { result, header } = known ?? {};
  const key =
    result?.sha256 && header
      ? {
          model: header.model.sha256 ?? `${header.model.name}-${header.model.version}`,
          sha256: result.sha256,
          slice: result.slice ?? null,
        }
      : undefined;
  try {
    const made = await makeThumbnail(
      uri,
      result?.slice ?? null,
      key && { store: masks, key },
      signal,
    );
    const png = made.mask ? pictureWithMask(made, made.mask) : greyPicture(made);
    return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  } catch {
    return undefined;
  }
}

/** One channel: a quarter of the bytes to pack, post and unpack before the hover appears. */
function greyPicture({ columns, rows, grey }: MadeThumbnail): Uint8Array {
  return encodePng({ columns, rows, channels: 1, data: grey });
}

function pictureWithMask({ columns, rows, grey }: MadeThumbnail, mask: Uint8Array): Uint8Array {
  const probabilities = Float32Array.from(mask, (value) => value / 255);
  const data = overlayMask({ columns, rows, pixels: grey }, probabilities);
  return encodePng({ columns, rows, channels: 4, data });
}
