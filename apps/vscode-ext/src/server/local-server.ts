import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';

/** How to start a server. */
export interface LocalServerOptions {
  /** The script that runs the server and ends it with its parent. */
  readonly launcher: string;
  readonly models: string;
  /** 0 uses a free port. */
  readonly port: number;
  readonly onLog: (line: string) => void;
  /** Called once, when the process has ended. */
  readonly onExit: (reason: string) => void;
}

/** Timeout of a start; a model's first start prepares it, which takes slow machines a minute. */
const startMs = 180_000;

/** A server that runs as a child of the extension host, on loopback, with a token that only this host knows. */
export class LocalServer {
  readonly token = randomBytes(32).toString('base64url');
  /** Settles with the address when the server answers and its models are warm. */
  readonly url: Promise<string>;
  readonly #child: ChildProcess;

  constructor({ launcher, models, port, onLog, onExit }: LocalServerOptions) {
    const args = [
      ...[launcher, '--models', models, '--port', String(port), '--grpc-port', 'off'],
      // The extension opens larger files than a server should accept from strangers.
      ...['--max-body-mib', '4096', '--low-memory'],
    ];
    this.#child = spawn(process.execPath, args, {
      // The launcher ends the server when this pipe closes, however the extension host ended.
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        // In a desktop editor the executable is Electron, which must behave as Node here.
        ELECTRON_RUN_AS_NODE: '1',
        // Not an argument: other users of the machine can read those.
        GROUNDGLASS_TOKEN: this.token,
      },
    });
    const { stdout, stderr } = this.#child;
    if (stderr) createInterface({ input: stderr }).on('line', onLog);
    this.url = new Promise<string>((resolve, reject) => {
      if (stdout) {
        createInterface({ input: stdout }).on('line', (line) => {
          onLog(line);
          const url = /^Groundglass answers at (http:\S+)$/.exec(line)?.[1];
          if (url) {
            clearTimeout(late);
            resolve(url);
          }
        });
      }
      // A server whose processes cannot load keeps restarting them.
      const late = setTimeout(() => {
        reject(new Error(`did not answer within ${startMs / 1000} s; see the log`));
        this.stop();
      }, startMs);
      const ended = (reason: string) => {
        clearTimeout(late);
        reject(new Error(reason));
        onExit(reason);
      };
      this.#child.once('error', (error) => {
        ended(error.message);
      });
      this.#child.once('exit', (code, signal) => {
        ended(signal ? `ended by ${signal}` : `ended with status ${code ?? 'unknown'}`);
      });
    });
    // Avoids an unhandledRejection when nothing awaits the address.
    this.url.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the server: first asks it to exit, then kills it. */
  stop(): void {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    timer.unref();
    this.#child.once('exit', () => {
      clearTimeout(timer);
    });
  }
}
