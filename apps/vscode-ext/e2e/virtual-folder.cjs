const { readdir, readFile, stat } = require('node:fs/promises');
const vscode = require('vscode');

/** A folder of this machine under its own scheme, read-only: a virtual workspace, as GitHub Repositories opens one. */
exports.activate = (context) => {
  const changed = new vscode.EventEmitter();
  const kindOf = (entry) =>
    entry.isDirectory() ? vscode.FileType.Directory : vscode.FileType.File;
  const missing = (uri) => () => Promise.reject(vscode.FileSystemError.FileNotFound(uri));
  const refuse = () => {
    throw vscode.FileSystemError.NoPermissions();
  };
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose: () => undefined }),
    stat: (uri) =>
      stat(uri.path).then(
        (entry) => ({
          type: kindOf(entry),
          size: entry.size,
          ctime: entry.ctimeMs,
          mtime: entry.mtimeMs,
        }),
        missing(uri),
      ),
    readDirectory: (uri) =>
      readdir(uri.path, { withFileTypes: true }).then(
        (entries) => entries.map((entry) => [entry.name, kindOf(entry)]),
        missing(uri),
      ),
    readFile: (uri) => readFile(uri.path).then((bytes) => new Uint8Array(bytes), missing(uri)),
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider('virtualfolder', provider, { isReadonly: true }),
  );
};
