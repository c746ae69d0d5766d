/** Something to close when it is no longer used; what `vscode.Disposable` looks like, without being made by that class. */
export interface Closable {
  readonly dispose: () => void;
}
