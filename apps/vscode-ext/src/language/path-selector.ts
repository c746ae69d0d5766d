import type * as vscode from 'vscode';

/** Files whose paths are links with a hover. */
export const pathFiles: vscode.DocumentSelector = {
  pattern: '**/*.{txt,lst,csv,tsv,json,jsonl,yaml,yml,py}',
};
