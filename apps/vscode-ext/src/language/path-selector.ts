import type * as vscode from 'vscode';

/** Files whose paths are links with a hover. */
export const pathFiles: vscode.DocumentSelector = {
  pattern: '**/*.{txt,lst,csv,tsv,json,jsonl,yaml,yml,py}',
};

/** Whether a text is YAML, by its name. */
export function isYaml({ uri }: vscode.TextDocument): boolean {
  return /\.ya?ml$/i.test(uri.path);
}
