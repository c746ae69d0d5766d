import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { GroundglassClient } from '@groundglass/client';
import { ownerFileOf } from '../options/clean-spool.js';
import { startServer, type RunningServer } from '../start-server.js';

/** A server in this process on loopback, with its own token; started on first use. */
export class LocalModel {
  readonly #models: string;
  #started: Promise<{ server: RunningServer; client: GroundglassClient }> | undefined;

  constructor(models: string) {
    this.#models = models;
  }

  /** @throws {Error} when the server cannot start; the next call tries again. */
  async client(): Promise<GroundglassClient> {
    this.#started ??= this.#start();
    try {
      return (await this.#started).client;
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const started = await this.#started?.catch(() => undefined);
    if (!started) return;
    await started.server.close();
    // Uploads hold pictures of patients.
    const { spoolDir } = started.server.services;
    await rm(spoolDir, { recursive: true, force: true });
    await rm(ownerFileOf(spoolDir), { force: true });
  }

  async #start() {
    const token = randomBytes(32).toString('base64url');
    const server = await startServer({
      ...{ models: this.#models, host: '127.0.0.1', port: 0, token },
      ...{ lowMemory: true, logLevel: 'error' },
    });
    return { server, client: new GroundglassClient({ baseUrl: server.url, token }) };
  }
}
