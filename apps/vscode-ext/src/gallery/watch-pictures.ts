import * as vscode from 'vscode';

/** Called when pictures below a folder are added, removed or changed. */
interface PictureListener {
  /** A picture's content has changed. */
  readonly onChange: (uri: vscode.Uri) => void;
  /** A picture or a folder was added or removed. */
  readonly onComeOrGo: () => void;
}

const isPicture = ({ path }: vscode.Uri) =>
  /\.(png|jpe?g|dcm|dicom|ima|nii|gz|mha|mhd)$/i.test(path);

/** Watches the pictures below a folder, inside the workspace or elsewhere. */
export function watchPictures(
  folder: vscode.Uri,
  { onChange, onComeOrGo }: PictureListener,
): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(folder, '**/*'),
  );
  // A folder that is moved in gives one event, without those of its files.
  const comeOrGo = (uri: vscode.Uri) => {
    if (isPicture(uri) || !/\.[^/]*$/.test(uri.path)) onComeOrGo();
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(comeOrGo),
    watcher.onDidDelete(comeOrGo),
    watcher.onDidChange((uri) => {
      if (isPicture(uri)) onChange(uri);
    }),
  );
}
