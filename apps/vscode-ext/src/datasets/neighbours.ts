import * as vscode from 'vscode';

/** Position of a picture in an order. */
export interface Place {
  readonly order: readonly vscode.Uri[];
  readonly at: number;
  /** Whether the order is that of the picture's folder, because it is in no other. */
  readonly isOfFolder: boolean;
}

/** The order in which pictures were last shown, for "next" and "previous". */
export class Neighbours {
  #order: readonly vscode.Uri[] = [];

  /** Takes the order of a gallery or a dataset. */
  follow(order: readonly vscode.Uri[]): void {
    const seen = new Set<string>();
    // Slices of one volume are one file.
    this.#order = order.filter(({ path }) => !seen.has(path) && seen.add(path));
  }

  /** The pictures around one: in the last order, else in its folder's natural one. Undefined if it is in neither. */
  async placeOf(uri: vscode.Uri): Promise<Place | undefined> {
    const at = this.#order.findIndex(({ path }) => path === uri.path);
    if (at >= 0) return { order: this.#order, at, isOfFolder: false };
    const { picturesIn } = await import('../gallery/list-pictures.js');
    const order = await picturesIn(vscode.Uri.joinPath(uri, '..'));
    const own = order.findIndex(({ path }) => path === uri.path);
    return own < 0 ? undefined : { order, at: own, isOfFolder: true };
  }

  /** The picture before or after another one. Undefined at an end. */
  async beside(uri: vscode.Uri, step: 1 | -1): Promise<vscode.Uri | undefined> {
    const place = await this.placeOf(uri);
    return place?.order[place.at + step];
  }
}
