import * as vscode from 'vscode';

/** The order in which pictures were shown last: what "next" and "previous" mean. */
export class Neighbours {
  #order: readonly vscode.Uri[] = [];

  /** Takes the order of a gallery or a dataset. */
  follow(order: readonly vscode.Uri[]): void {
    const seen = new Set<string>();
    // Slices of one volume are one file.
    this.#order = order.filter(({ path }) => !seen.has(path) && seen.add(path));
  }

  /**
   * The picture before or after another one: in the order that was followed, else in its folder's natural one. Undefined at an end.
   */
  async beside(uri: vscode.Uri, step: 1 | -1): Promise<vscode.Uri | undefined> {
    const at = this.#order.findIndex(({ path }) => path === uri.path);
    if (at >= 0) return this.#order[at + step];
    const [{ listPictures }, folder] = [
      await import('../gallery/list-pictures.js'),
      vscode.Uri.joinPath(uri, '..'),
    ];
    const names = (await listPictures(folder)).filter(({ path }) => !path.includes('/'));
    const own = names.findIndex(({ path }) => vscode.Uri.joinPath(folder, path).path === uri.path);
    const next = own < 0 ? undefined : names[own + step];
    return next && vscode.Uri.joinPath(folder, next.path);
  }
}
