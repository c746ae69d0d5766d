/** Something to close when it is no longer used; has the shape of `vscode.Disposable` without its class. */
export interface Closable {
  readonly dispose: () => void;
}
