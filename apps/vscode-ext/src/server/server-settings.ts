import * as vscode from 'vscode';

/** The user's current server settings. */
export const serverSettings = {
  /** Address of a server to use in place of the bundled one, without a trailing slash; empty for the bundled one. */
  get url(): string {
    return withoutSlash(text('url'));
  },
  /** A folder of models for the bundled server; empty for its own. */
  get models(): string {
    return text('models');
  },
  /** Name of the model that predicts; empty for the server's first. */
  get model(): string {
    return text('model');
  },
  /** The part of a slice that the model sees; undefined for the one that it was trained on. */
  get crop(): 'none' | 'chest' | undefined {
    const crop = vscode.workspace.getConfiguration('groundglass').get<string>('crop', 'model');
    return crop === 'none' || crop === 'chest' ? crop : undefined;
  },
  /** Milliseconds without a prediction after which the bundled server is stopped. */
  get idleMs(): number {
    return of('idleMinutes', 10) * 60_000;
  },
  /** Longest silence of a server, in milliseconds, before a call fails. */
  get silenceMs(): number {
    return of('timeoutSeconds', 120) * 1000;
  },
};

/** Key of a remote server's token in the editor's secret storage; another server never sees it. */
export function tokenSecret(url: string): string {
  return `groundglass.server.token ${withoutSlash(url)}`;
}

function text(name: string): string {
  return of(name, '').trim();
}

function of<T>(name: string, unset: T): T {
  return vscode.workspace.getConfiguration('groundglass').get(`server.${name}`, unset);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
