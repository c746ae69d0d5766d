import { Agent, request } from 'node:http';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

/** Settings of a load client's thread. */
export interface Load {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  /** Number of requests in flight. */
  readonly clients: number;
  readonly seconds: number;
}

/** Its final report. */
export interface LoadResult {
  readonly answered: number;
  /** Answers other than 200, and requests without one. */
  readonly failed: number;
}

/**
 * Keeps requests in flight, in its own thread. On a machine whose cores the server needs, a client that decodes each answer to text,
 * as autocannon does, takes more of them than the server's own process.
 */
async function run({ url, headers, body, clients, seconds }: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const end = performance.now() + seconds * 1000;
  let [answered, failed] = [0, 0];
  const ask = () =>
    new Promise<boolean>((resolve) => {
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.once('close', () => {
          resolve(response.complete && response.statusCode === 200);
        });
      });
      sent.once('error', () => {
        resolve(false);
      });
      sent.end(body);
    });
  const client = async () => {
    while (performance.now() < end) {
      if (await ask()) answered++;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return { answered, failed };
}

if (!isMainThread) parentPort?.postMessage(await run(workerData as Load));
