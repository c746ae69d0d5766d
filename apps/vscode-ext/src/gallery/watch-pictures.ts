import * as vscode from 'vscode';

/** What is called when pictures below a folder have come, gone or changed. */
interface PictureListener {
  /** A picture has other content. */
  readonly onChange: (uri: vscode.Uri) => void;
  /** A picture, or a folder, has come or gone. */
  readonly onComeOrGo: () => void;
}

const isPicture = ({ path }: vscode.Uri) =>
  /\.(png|jpe?g|dcm|dicom|ima|nii|gz|mha|mhd)$/i.test(path);

/** Follows the pictures below a folder, inside the workspace or elsewhere. */
export function watchPictures(
  folder: vscode.Uri,
  { onChange, onComeOrGo }: PictureListener,
): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(folder, '**/*'),
  );
  // A folder that is moved in comes with one event, without those of its files.
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
