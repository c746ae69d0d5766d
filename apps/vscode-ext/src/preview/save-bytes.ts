import * as vscode from 'vscode';

/** Asks where to save bytes, by default next to the picture, and writes them; compressed if the chosen name ends in `.gz`. */
export async function saveBytes(
  picture: vscode.Uri,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(picture, '..', name),
  });
  if (!uri) return;
  const chosen = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  try {
    // Bytes from a page may be a view of a larger buffer.
    const plain = new Uint8Array(bytes);
    const isPacked = /\.gz$/i.test(chosen) && !/\.gz$/i.test(name);
    await vscode.workspace.fs.writeFile(uri, isPacked ? await gzip(plain) : plain);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}.', chosen), 5000);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      vscode.l10n.t('{0} could not be written: {1}', chosen, reason),
    );
  }
}

/** Readers of `.nii.gz` refuse an uncompressed file. */
async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
