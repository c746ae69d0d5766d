import { existsSync } from 'node:fs';
import type { ConnectionOptions, GroundglassClient, ModelSummary } from '@groundglass/client';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { Closable } from '../shared/closable.js';
import { BackOff } from './back-off.js';
import { LocalServer } from './local-server.js';

/** What the server does now. */
export type ServerState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly remote: boolean; readonly models: readonly ModelSummary[] }
  | { readonly kind: 'failed'; readonly message: string };

/** Under which the token of a remote server lies in the editor's secret storage. */
export const tokenSecret = 'groundglass.server.token';

/**
 * The one server of this window: started when first needed, stopped when idle, started again after a crash; or a remote one
 * by its address.
 */
export class ServerManager implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ServerState>();
  readonly #available = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** Something may be predicted that could not be before. */
  readonly onDidBecomeAvailable = this.#available.event;
  readonly #backOff = new BackOff();
  readonly #disposables: Closable[];
  #state: ServerState = { kind: 'stopped' };
  #local: LocalServer | undefined;
  #connecting: Promise<GroundglassClient> | undefined;
  #port = 0;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#disposables = [
      this.#changed,
      this.#available,
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#available.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('groundglass.server')) return;
        this.stop();
        this.#available.fire();
      }),
    ];
  }

  get state(): ServerState {
    return this.#state;
  }

  get isRemote(): boolean {
    return this.#url !== '';
  }

  get chosenModel(): string | undefined {
    return this.#setting('model') || undefined;
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
    if (!existsSync(this.#inExtension('server/main/main.js'))) {
      return vscode.l10n.t(
        'This build of the extension carries no model server: set groundglass.server.url.',
      );
    }
    if (!existsSync(this.#models)) {
      return vscode.l10n.t('No model found: set groundglass.server.models to a model repository.');
    }
    return undefined;
  }

  /** A client of the server, started if need be. @throws {CtError} `CT_UNREACHABLE`, `CT_CANCELLED`. */
  async connect(signal?: AbortSignal): Promise<GroundglassClient> {
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
      if (--this.#users > 0) return;
      const minutes = vscode.workspace
        .getConfiguration('groundglass')
        .get('server.idleMinutes', 10);
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => {
        this.stop();
      }, minutes * 60_000);
    };
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
    local?.stop();
    this.#set({ kind: 'stopped' });
  }

  showLog(): void {
    this.log.show();
  }

  dispose(): void {
    this.stop();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #connect(): Promise<GroundglassClient> {
    const reason = this.unavailableReason;
    if (reason !== undefined) throw new CtError('CT_UNREACHABLE', reason);
    this.#set({ kind: 'starting' });
    try {
      const client = this.isRemote ? await this.#remoteClient() : await this.#localClient();
      const models = await client.models();
      this.#set({ kind: 'running', remote: this.isRemote, models });
      return client;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log.error(message);
      this.#set({ kind: 'failed', message });
      throw error instanceof CtError
        ? error
        : new CtError(
            'CT_UNREACHABLE',
            vscode.l10n.t('The model server could not be started: {0}', message),
          );
    }
  }

  async #remoteClient(): Promise<GroundglassClient> {
    const token = await this.context.secrets.get(tokenSecret);
    return createClient({ baseUrl: this.#url, token });
  }

  async #localClient(): Promise<GroundglassClient> {
    const local = new LocalServer({
      launcher: this.#launcher,
      models: this.#models,
      port: this.#port,
      onLog: (line) => {
        this.log.info(line);
      },
      onExit: (ending) => {
        this.#ended(local, ending);
      },
    });
    this.#local = local;
    const baseUrl = await local.url.catch((error: unknown) => {
      // Still there, but it never answered: started anew it would not either.
      if (this.#local === local) this.#local = undefined;
      throw error;
    });
    // The same port after a crash, so that calls that are being repeated find it again.
    this.#port = Number(new URL(baseUrl).port);
    return createClient({ baseUrl, token: local.token });
  }

  /** A server that ended by itself starts again, since somebody looks at its predictions. */
  #ended(local: LocalServer, ending: string): void {
    this.log.warn(`The model server ${ending}`);
    if (this.#local !== local) return;
    this.#local = undefined;
    this.#connecting = undefined;
    const wait = this.#backOff.next();
    // A port that is taken meanwhile must not keep it from starting.
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

  get #url(): string {
    return this.#setting('url').replace(/\/+$/, '');
  }

  get #models(): string {
    return this.#setting('models') || this.#inExtension('models');
  }

  get #launcher(): string {
    return this.#inExtension('server-launcher.js');
  }

  #inExtension(name: string): string {
    return vscode.Uri.joinPath(this.context.extensionUri, 'dist', name).fsPath;
  }

  #setting(name: string): string {
    return vscode.workspace.getConfiguration('groundglass').get(`server.${name}`, '').trim();
  }
}

/** The client loads with the first prediction, not with the extension. */
async function createClient(options: ConnectionOptions): Promise<GroundglassClient> {
  const { GroundglassClient } = await import('@groundglass/client');
  return new GroundglassClient(options);
}
