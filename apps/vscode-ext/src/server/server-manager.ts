import { existsSync } from 'node:fs';
import { CtError } from '@groundglass/core/errors';
import type { ConnectionOptions } from '@groundglass/client';
import * as vscode from 'vscode';
import type { Closable } from '../shared/closable.js';
import { within } from '../shared/within.js';
import { BackOff } from './back-off.js';
import { LocalServer } from './local-server.js';
import { serverSettings, tokenSecret } from './server-settings.js';
import { connectTo, type ListedModel, type ModelConnection } from './model-connection.js';

/** The server's state. */
export type ServerState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly remote: boolean; readonly models: readonly ListedModel[] }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * The one server of this window: started on first use, stopped when idle, restarted after a crash; or a remote one
 * by its address.
 */
export class ServerManager implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ServerState>();
  readonly #answers = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** Another server or model answers now, or prediction becomes available. */
  readonly onDidChangeAnswers = this.#answers.event;
  readonly #backOff = new BackOff();
  readonly #disposables: Closable[];
  #state: ServerState = { kind: 'stopped' };
  #local: LocalServer | undefined;
  #connecting: Promise<ModelConnection> | undefined;
  #attempt = new AbortController();
  #port = 0;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.#context = context;
    this.#log = log;
    this.#disposables = [
      this.#changed,
      this.#answers,
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#answers.fire();
      }),
      // Another token for the same address: retry what was refused or granted.
      context.secrets.onDidChange(({ key }) => {
        if (!this.isRemote || key !== tokenSecret(serverSettings.url)) return;
        this.stop();
        this.#answers.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const affects = (name: string) => event.affectsConfiguration(`groundglass.server.${name}`);
        if (affects('idleMinutes')) this.#stopWhenIdle();
        const isOther = affects('url') || affects('models');
        if (isOther) this.stop();
        if (!isOther && !affects('model')) return;
        this.#set(this.#state);
        this.#answers.fire();
      }),
    ];
  }

  get state(): ServerState {
    return this.#state;
  }

  get isRemote(): boolean {
    return serverSettings.url !== '';
  }

  get chosenModel(): string | undefined {
    return serverSettings.model || undefined;
  }

  /** Process id of the local server while there is one. */
  get pid(): number | undefined {
    return this.#local?.pid;
  }

  get unavailableReason(): string | undefined {
    if (!vscode.workspace.isTrusted) {
      return vscode.l10n.t('Trust this workspace to let Groundglass start its model server.');
    }
    if (this.isRemote) return undefined;
    if (isVirtual()) {
      return vscode.l10n.t(
        'The model server does not start in a virtual workspace: set groundglass.server.url.',
      );
    }
    if (!existsSync(this.#inExtension('server/main/main.js'))) {
      return vscode.l10n.t(
        'This build of the extension includes no model server: set groundglass.server.url.',
      );
    }
    if (!existsSync(this.modelsFolder)) {
      return vscode.l10n.t('No model found: set groundglass.server.models to a model repository.');
    }
    return undefined;
  }

  /** The server, started if necessary. @throws {CtError} `CT_UNREACHABLE`, `CT_TIMEOUT`, `CT_CANCELLED`, and the server's errors. */
  async connect(signal?: AbortSignal): Promise<ModelConnection> {
    const connecting = (this.#connecting ??= this.#connect());
    connecting.catch(() => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    });
    if (!signal) return connecting;
    return new Promise((resolve, reject) => {
      const cancel = () => {
        reject(new CtError('CT_CANCELLED', 'The prediction was cancelled'));
      };
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
      connecting.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', cancel);
      });
    });
  }

  /** Keeps the server from being stopped as idle until the returned function is called. */
  keepAwake(): () => void {
    this.#users++;
    clearTimeout(this.#idle);
    return () => {
      this.#users--;
      this.#stopWhenIdle();
    };
  }

  /** Reports that the server no longer answers: the next call looks for it again. */
  lost(): void {
    if (!this.isRemote || this.#state.kind !== 'running') return;
    this.#connecting = undefined;
    this.#set({
      kind: 'failed',
      message: vscode.l10n.t('The model server at {0} does not answer.', serverSettings.url),
    });
  }

  restart(): void {
    this.stop();
    this.#backOff.reset();
    const release = this.keepAwake();
    void this.connect()
      .catch(() => undefined)
      .finally(release);
  }

  stop(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#restart);
    const local = this.#local;
    this.#local = undefined;
    this.#connecting = undefined;
    this.#attempt.abort();
    local?.stop();
    this.#set({ kind: 'stopped' });
  }

  showLog(): void {
    this.#log.show();
  }

  dispose(): void {
    this.stop();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Restarts the idle timer with the current setting. */
  #stopWhenIdle(): void {
    clearTimeout(this.#idle);
    if (this.#users > 0) return;
    this.#idle = setTimeout(() => {
      this.stop();
    }, serverSettings.idleMs);
  }

  async #connect(): Promise<ModelConnection> {
    const reason = this.unavailableReason;
    if (reason !== undefined) throw new CtError('CT_UNREACHABLE', reason);
    this.#set({ kind: 'starting' });
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      const options = this.isRemote ? await this.#remote() : await this.#startLocal();
      const connection = await within(serverSettings.silenceMs, attempt.signal, (signal) =>
        connectTo(options, this.chosenModel, signal),
      );
      const { models } = connection;
      if (attempt.signal.aborted) throw new CtError('CT_CANCELLED', 'The server was stopped');
      this.#set({ kind: 'running', remote: this.isRemote, models });
      return connection;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // A deliberate stop is no failure, and a late result says nothing about the current attempt.
      if (!attempt.signal.aborted && this.#attempt === attempt) {
        // A server that started but does not answer would stay, unknown to everybody, next to its successor.
        const silent = this.#local;
        this.#local = undefined;
        silent?.stop();
        this.#log.error(message);
        this.#set({ kind: 'failed', message });
      }
      throw error instanceof CtError
        ? error
        : new CtError(
            'CT_UNREACHABLE',
            vscode.l10n.t('The model server could not be started: {0}', message),
          );
    }
  }

  async #remote(): Promise<ConnectionOptions> {
    return {
      baseUrl: serverSettings.url,
      token: await this.#context.secrets.get(tokenSecret(serverSettings.url)),
    };
  }

  async #startLocal(): Promise<ConnectionOptions> {
    const local = new LocalServer({
      launcher: this.#launcher,
      models: this.modelsFolder,
      port: this.#port,
      onLog: (line) => {
        this.#log.info(line);
      },
      onExit: (ending) => {
        this.#ended(local, ending);
      },
    });
    this.#local = local;
    const baseUrl = await local.url.catch((error: unknown) => {
      // Still running, but it never answered: restarting it would not help.
      if (this.#local === local) this.#local = undefined;
      throw error;
    });
    // The same port after a crash, so that retried calls find it again.
    this.#port = Number(new URL(baseUrl).port);
    return { baseUrl, token: local.token };
  }

  /** A server that exits unexpectedly is restarted, since somebody is looking at its predictions. */
  #ended(local: LocalServer, ending: string): void {
    this.#log.warn(`The model server ${ending}`);
    if (this.#local !== local) return;
    this.#local = undefined;
    this.#connecting = undefined;
    const wait = this.#backOff.next();
    // A port that was taken in the meantime must not prevent the start.
    if (this.#state.kind === 'starting') this.#port = 0;
    if (wait === undefined) {
      this.#set({ kind: 'failed', message: vscode.l10n.t('The model server {0}', ending) });
      return;
    }
    this.#set({ kind: 'starting' });
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => {
      const release = this.keepAwake();
      void this.connect()
        .then(
          () => {
            this.#backOff.reset();
          },
          () => undefined,
        )
        .finally(release);
    }, wait);
  }

  #set(state: ServerState): void {
    this.#state = state;
    this.#changed.fire(state);
  }

  /** The folder of models that the bundled server serves. */
  get modelsFolder(): string {
    return serverSettings.models || this.#inExtension('models');
  }

  /** The bundled server's own script. */
  get script(): string {
    return this.#inExtension('server/main/main.js');
  }

  get #launcher(): string {
    return this.#inExtension('server-launcher.js');
  }

  #inExtension(name: string): string {
    return vscode.Uri.joinPath(this.#context.extensionUri, 'dist', name).fsPath;
  }
}

/** Whether the workspace is on no file system of this machine. */
function isVirtual(): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.length > 0 && folders.every(({ uri }) => uri.scheme !== 'file');
}
