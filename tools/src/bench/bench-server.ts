import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { encodePng } from '@groundglass/core';
import { GroundglassClient } from '@groundglass/client';
import { spawnServer, type SpawnedServer } from '../serving/spawn-server.js';
import { quantile, rawRuns } from './raw-runs.js';

interface BenchOptions {
  readonly models: string;
  readonly model: string | undefined;
  readonly seconds: number;
  readonly clients: number;
}

const side = 512;

/** Measures the server as a process of its own and yields a line for each result. */
export async function* benchServer(options: BenchOptions): AsyncGenerator<string> {
  const { seconds, clients } = options;
  const cores = availableParallelism();
  await using server = await spawnServer(['--models', options.models, '--timeout-seconds', '120']);
  const models = await new GroundglassClient({ baseUrl: server.url }).models();
  const model = models.find(({ name }) => options.model === undefined || name === options.model);
  if (!model) throw new Error(`Expected a model for CT images in ${options.models}`);
  const path = join(options.models, model.name, model.version, 'model.onnx');
  yield `${model.name} ${model.version}, ${cores} cores, ${side}×${side} slices, ${seconds} s each`;

  const raw = await rawRuns(path, { threads: cores, seconds, rows: side, columns: side });
  yield `ONNX Runtime alone, ${cores} threads: ${raw.runsPerSecond.toFixed(2)} runs/s, median ${raw.medianMs.toFixed(1)} ms`;

  yield* single(server, model.name, raw.medianMs);
  yield* loaded(server, model.name, raw.runsPerSecond, { seconds, clients });
  yield* overloaded(server, model.name, raw.runsPerSecond, seconds);
}

/** One client, one request after another. */
async function* single(
  server: SpawnedServer,
  model: string,
  rawMs: number,
): AsyncGenerator<string> {
  const client = new GroundglassClient({ baseUrl: server.url });
  const png = slicePng();
  const totals: number[] = [];
  const outside: number[] = [];
  for (let run = 0; run < 33; run++) {
    const started = performance.now();
    const { timingsMs } = await client.predict(png, { model, mask: false });
    // The first three warm the processes up.
    if (run < 3) continue;
    totals.push(performance.now() - started);
    outside.push(totals.at(-1)! - timingsMs.infer);
  }
  const median = quantile(totals, 0.5);
  yield `POST /v1/predictions, one client, PNG: median ${median.toFixed(1)} ms, ${(median - rawMs).toFixed(1)} ms over ONNX Runtime alone`;
  yield `  all but inference, in the same requests: median ${quantile(outside, 0.5).toFixed(1)} ms`;
}

/** Many clients at once over the Open Inference Protocol, and how quickly /healthz answers meanwhile. */
async function* loaded(
  server: SpawnedServer,
  model: string,
  rawPerSecond: number,
  { seconds, clients }: { seconds: number; clients: number },
): AsyncGenerator<string> {
  const { header, body } = inferBody();
  const load = autocannon({
    url: `${server.url}/v2/models/${model}/infer`,
    method: 'POST',
    headers: { 'inference-header-content-length': String(header) },
    // A thread takes text only; these bytes are all ASCII (0.5 is 0x3f000000).
    body: body.toString('latin1'),
    connections: clients,
    duration: seconds,
    timeout: 120,
    // In another thread, so that the load does not hold up the health checks that are timed here.
    workers: 1,
  });
  const health: number[] = [];
  const loadEnded = new AbortController();
  const watch = (async () => {
    // The first second fills the queue.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    while (!loadEnded.signal.aborted) {
      const started = performance.now();
      await (await fetch(`${server.url}/healthz`)).text();
      health.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const result = await load;
  loadEnded.abort();
  await watch;
  // What was answered while the load ran, without the ramp: requests in flight at the end are not counted.
  const perSecond = result['2xx'] / result.duration;
  yield `POST /v2/…/infer, ${clients} clients: ${perSecond.toFixed(2)} requests/s, ${((100 * perSecond) / rawPerSecond).toFixed(0)} % of ONNX Runtime alone; ${result.non2xx} not 2xx, ${result.errors} errors`;
  yield `  /healthz meanwhile: p50 ${quantile(health, 0.5).toFixed(1)} ms, p99 ${quantile(health, 0.99).toFixed(1)} ms, of ${health.length}`;
}

/** Five times what it can do, each request with a deadline. */
async function* overloaded(
  server: SpawnedServer,
  model: string,
  rawPerSecond: number,
  seconds: number,
): AsyncGenerator<string> {
  const timeoutMs = 5000;
  const { header, body } = inferBody(timeoutMs);
  const accepted: number[] = [];
  const refused: number[] = [];
  const other = new Map<string, number>();
  const one = async (): Promise<void> => {
    const started = performance.now();
    const status = await fetch(`${server.url}/v2/models/${model}/infer`, {
      method: 'POST',
      headers: { 'inference-header-content-length': String(header) },
      body,
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return String(response.status);
      },
      () => 'no answer',
    );
    const ms = performance.now() - started;
    if (status === '200') accepted.push(ms);
    else if (status === '503') refused.push(ms);
    else other.set(status, (other.get(status) ?? 0) + 1);
  };
  const rate = 5 * rawPerSecond;
  const requests: Promise<void>[] = [];
  for (let sent = 0; sent < rate * seconds; sent++) {
    requests.push(one());
    await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
  }
  await Promise.all(requests);
  const late = accepted.filter((ms) => ms > timeoutMs).length;
  yield `5 times overload, deadline ${timeoutMs} ms: ${requests.length} sent, ${accepted.length} answered (slowest ${Math.max(...accepted).toFixed(0)} ms, ${late} late), ${refused.length} refused with 503 (median ${quantile(refused, 0.5).toFixed(1)} ms, p99 ${quantile(refused, 0.99).toFixed(1)} ms), other: ${JSON.stringify(Object.fromEntries(other))}`;
}

function inferBody(timeoutMs?: number): { header: number; body: Buffer } {
  const pixels = Buffer.from(new Float32Array(side * side).fill(0.5).buffer);
  const header = Buffer.from(
    JSON.stringify({
      parameters: { binary_data_output: true, ...(timeoutMs ? { timeout: timeoutMs * 1000 } : {}) },
      inputs: [
        {
          name: 'image',
          datatype: 'FP32',
          shape: [1, 1, side, side],
          parameters: { binary_data_size: pixels.length },
        },
      ],
      outputs: [{ name: 'probability' }, { name: 'mask' }],
    }),
  );
  return { header: header.length, body: Buffer.concat([header, pixels]) };
}

/** A slice with a body, lungs and noise, so that it packs like a picture and has lungs to find. */
function slicePng(): Uint8Array {
  const data = Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) / side - 0.5, Math.floor(at / side) / side - 0.5];
    const inBody = (x / 0.45) ** 2 + (y / 0.35) ** 2 < 1;
    const inLung = ((Math.abs(x) - 0.2) / 0.14) ** 2 + (y / 0.22) ** 2 < 1;
    const noise = ((at * 2654435761) >>> 24) % 24;
    return (inLung ? 40 : inBody ? 190 : 0) + noise;
  });
  return encodePng({ columns: side, rows: side, channels: 1, data });
}
