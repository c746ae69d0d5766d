import * as vscode from 'vscode';

/** The part of the API (version 1) of VS Code's own Git extension that is used here. */
interface GitApi {
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
  getRepository(uri: vscode.Uri): GitRepository | null;
  openRepository?(root: vscode.Uri): Promise<GitRepository | null>;
}
interface GitRepository {
  log(options: { maxEntries: number; path: string }): Promise<readonly GitCommit[]>;
}
interface GitCommit {
  readonly hash: string;
  readonly message: string;
  readonly authorDate?: Date;
}

/** A file as it was at a commit. */
export interface FileRevision {
  readonly uri: vscode.Uri;
  /** The commit's short name. */
  readonly name: string;
  readonly subject: string;
  readonly date: Date | undefined;
}

/** Number of commits offered. */
const mostRevisions = 50;

/** The revisions of a file, newest first; undefined if it is in no repository that VS Code's Git extension knows. */
export async function revisionsOf(uri: vscode.Uri): Promise<FileRevision[] | undefined> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  if (!extension) return undefined;
  let api: GitApi;
  try {
    // Throws where `git.enabled` is off.
    api = (await extension.activate()).getAPI(1);
  } catch {
    return undefined;
  }
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const repository =
    api.getRepository(uri) ?? (folder && ((await api.openRepository?.(folder.uri)) ?? undefined));
  if (!repository) return undefined;
  const commits = await repository.log({ maxEntries: mostRevisions, path: uri.fsPath });
  return commits.map(({ hash, message, authorDate }) => ({
    uri: api.toGitUri(uri, hash),
    name: hash.slice(0, 8),
    subject: message.split('\n')[0]!,
    date: authorDate,
  }));
}
