import type { EncodedMask } from '@groundglass/core';
import * as vscode from 'vscode';

/** Key of a mask: a model, a file's bytes, and a slice of it. */
export interface MaskKey {
  readonly model: string;
  readonly sha256: string;
  readonly slice: number | null;
}

/** Lesion masks seen while scoring, kept in the extension's storage. Losing them loses only the display, no results. */
export class MaskStore {
  readonly #folder: vscode.Uri;

  constructor(folder: vscode.Uri) {
    this.#folder = folder;
  }

  async put(key: MaskKey, mask: EncodedMask): Promise<void> {
    const bytes = Buffer.from(mask.data, 'base64');
    // If there is no room, the gallery shows no mask.
    await vscode.workspace.fs
      .writeFile(this.#place(key), new Uint8Array(bytes))
      .then(undefined, () => undefined);
  }

  /** The lesion probability of each pixel; undefined if none is stored. */
  async get(
    key: MaskKey,
  ): Promise<{ columns: number; rows: number; values: Float32Array } | undefined> {
    const bytes = await vscode.workspace.fs.readFile(this.#place(key)).then(
      (read) => read,
      () => undefined,
    );
    if (!bytes) return undefined;
    const { decodeMaskFile } = await import('./decode-mask-file.js');
    return decodeMaskFile(bytes);
  }

  #place({ model, sha256, slice }: MaskKey): vscode.Uri {
    const name = `${sha256}${slice === null ? '' : `-${slice}`}.png`;
    return vscode.Uri.joinPath(this.#folder, 'masks', model.slice(0, 64), sha256.slice(0, 2), name);
  }
}
