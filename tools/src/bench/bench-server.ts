import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import autocannon from 'autocannon';
import { encodePng } from '@groundglass/core';
import { GroundglassClient } from '@groundglass/client';
import { spawnServer, type SpawnedServer } from '../serving/spawn-server.js';
import type { Load, LoadResult } from './load-client.js';
import { cpuMsSince, quantile, RawModel } from './raw-model.js';

interface BenchOptions {
  readonly models: string;
  readonly model: string | undefined;
  readonly seconds: number;
  readonly clients: number;
  /** A Python that may have `tritonclient`. */
  readonly python: string;
}

const side = 512;

/** Number of turns of the server under load and ONNX Runtime alone. */
const rounds = 5;

/** Measures the server as a separate process and yields a line for each result. */
export async function* benchServer(options: BenchOptions): AsyncGenerator<string> {
  const { seconds, clients } = options;
  const cores = availableParallelism();
  await using server = await spawnServer(['--models', options.models, '--timeout-seconds', '120']);
  const models = await new GroundglassClient({ baseUrl: server.url }).models();
  const model = models.find(({ name }) => options.model === undefined || name === options.model);
  if (!model) throw new Error(`Expected a model for CT images in ${options.models}`);
  // The served file: on a processor with VNNI the 8-bit one.
  const file = model.metadata.precision === 'int8' ? 'model.int8.onnx' : 'model.onnx';
  const path = join(options.models, model.name, model.version, file);
  yield `${model.name} ${model.version} (${file}), ${cores} cores, ${side}×${side} slices, ${rounds} turns of ${seconds} s`;

  const raw = await RawModel.load(path, { threads: cores, rows: side, columns: side });
  yield* single(server, model.name, raw);
  // In turns, since a machine's speed changes within seconds, and so would the ratio.
  const alone = [await raw.throughput(seconds / rounds)];
  const loads: LoadedServer[] = [];
  while (loads.length < rounds) {
    loads.push(await loaded(server, model.name, { seconds, clients }));
    alone.push(await raw.throughput(seconds / rounds));
  }
  const rawPerSecond = mean(alone.map(({ perSecond }) => perSecond));
  // Relative to ONNX Runtime alone before and after each turn.
  const shares = loads.map(
    ({ perSecond }, round) =>
      (100 * perSecond) / mean([alone[round]!.perSecond, alone[round + 1]!.perSecond]),
  );
  const perSecond = mean(loads.map((load) => load.perSecond));
  const failed = loads.reduce((sum, load) => sum + load.failed, 0);
  const health = loads.flatMap((load) => load.health);
  yield `ONNX Runtime alone, ${cores} threads: ${rawPerSecond.toFixed(2)} runs/s (${alone.map((each) => each.perSecond.toFixed(2)).join(', ')}; the next row ran in between), ${mean(alone.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms of processor time each`;
  yield `POST /v2/…/infer, ${clients} clients: ${perSecond.toFixed(2)} requests/s, ${mean(shares).toFixed(0)} % of ONNX Runtime alone on average (${shares.map((share) => share.toFixed(0)).join(', ')}); ${failed} failed`;
  yield `  processor time of one: ${mean(loads.map(({ clientCpuMs }) => clientCpuMs)).toFixed(0)} ms in the client; all cores together had ${((1000 * cores) / perSecond).toFixed(0)} ms`;
  yield `  /healthz under that load: p50 ${quantile(health, 0.5).toFixed(1)} ms, p99 ${quantile(health, 0.99).toFixed(1)} ms, of ${health.length}`;
  yield* byAutocannon(server, model.name);
  yield await byTritonclient(server, model.name, options.python);
  yield* overloaded(server, model.name, rawPerSecond, seconds);
}

/** One client, one request after another, and between them ONNX Runtime alone, so that both see the same machine. */
async function* single(
  server: SpawnedServer,
  model: string,
  raw: RawModel,
): AsyncGenerator<string> {
  const client = new GroundglassClient({ baseUrl: server.url });
  const png = slicePng();
  const alone: number[] = [];
  const totals: number[] = [];
  const outside: number[] = [];
  const decode: number[] = [];
  const infer: number[] = [];
  for (let run = 0; run < 50; run++) {
    const rawMs = await raw.run();
    const started = performance.now();
    const { timingsMs } = await client.predict(png, { model, mask: false });
    const ms = performance.now() - started;
    // The first ten warm up the decoders.
    if (run < 10) continue;
    alone.push(rawMs);
    totals.push(ms);
    outside.push(ms - timingsMs.infer);
    decode.push(timingsMs.decode);
    infer.push(timingsMs.infer);
  }
  const over = quantile(
    totals.map((ms, run) => ms - alone[run]!),
    0.5,
  );
  yield `ONNX Runtime alone, ${availableParallelism()} threads: median ${quantile(alone, 0.5).toFixed(1)} ms`;
  yield `POST /v1/predictions, one client, PNG: median ${quantile(totals, 0.5).toFixed(1)} ms, ${over.toFixed(1)} ms over ONNX Runtime alone, ${(over / quantile(alone, 0.5)).toFixed(2)} of its time`;
  const [all, decoding, inference] = [outside, decode, infer].map((each) => quantile(each, 0.5));
  yield `  in the same requests: inference ${inference!.toFixed(1)} ms, all else ${all!.toFixed(1)} ms, of that decoding ${decoding!.toFixed(1)} ms`;
}

interface LoadedServer {
  readonly perSecond: number;
  readonly clientCpuMs: number;
  readonly failed: number;
  /** Milliseconds of each health check. */
  readonly health: readonly number[];
}

/** Many clients at once over the Open Inference Protocol, and how quickly /healthz answers meanwhile. */
async function loaded(
  server: SpawnedServer,
  model: string,
  { seconds, clients }: { seconds: number; clients: number },
): Promise<LoadedServer> {
  const { header, body } = inferBody();
  // In another thread, so that the load does not hold up the health checks that are timed here.
  const load = runLoad({
    url: `${server.url}/v2/models/${model}/infer`,
    headers: { 'inference-header-content-length': String(header) },
    body,
    clients,
    // Longer than the measurement: the queue fills before, and empties after.
    seconds: rampSeconds + seconds + seconds / rounds + 1,
  });
  await sleep(1000 * rampSeconds);
  const first = await answered(server, model);
  const cpuBefore = process.cpuUsage();
  await sleep(1000 * seconds);
  const last = await answered(server, model);
  const clientCpuMs = cpuMsSince(cpuBefore) / (last.count - first.count);
  // Afterwards, since asking fifty times a second takes processor time.
  const health: number[] = [];
  while (performance.now() - last.at < (1000 * seconds) / rounds) {
    const started = performance.now();
    await (await fetch(`${server.url}/healthz`)).text();
    health.push(performance.now() - started);
    await sleep(20);
  }
  const { failed } = await load;
  const perSecond = (1000 * (last.count - first.count)) / (last.at - first.at);
  return { perSecond, clientCpuMs, failed, health };
}

function runLoad(load: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('load-client.js', import.meta.url), { workerData: load });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

/** Another project's client: whether it works, not how fast it is. */
async function* byAutocannon(server: SpawnedServer, model: string): AsyncGenerator<string> {
  const { header, body } = inferBody();
  const cpuBefore = process.cpuUsage();
  const {
    '2xx': answered,
    non2xx,
    errors,
  } = await autocannon({
    url: `${server.url}/v2/models/${model}/infer`,
    method: 'POST',
    headers: { 'inference-header-content-length': String(header) },
    body,
    connections: 8,
    duration: 5,
  });
  const cpuMs = cpuMsSince(cpuBefore) / answered;
  yield `autocannon, 8 clients: ${answered} answered, ${non2xx + errors} failed, ${cpuMs.toFixed(0)} ms of processor time each in the client`;
}

/** Triton's own client, as its users run it. */
async function byTritonclient(
  server: SpawnedServer,
  model: string,
  python: string,
): Promise<string> {
  const script = join(import.meta.dirname, '../../src/bench/peers/triton-client.py');
  const args = [script, new URL(server.url).host, model, ...[side, 8, 5].map(String)];
  try {
    const { stdout } = await promisify(execFile)(python, args);
    const { answered, failed, cpuMs } = JSON.parse(stdout) as Record<string, number>;
    return `tritonclient, 8 clients: ${answered} answered, ${failed} failed, ${cpuMs!.toFixed(0)} ms of processor time each in the client`;
  } catch {
    return `tritonclient was not measured: ${python} does not have it (pip install "tritonclient[http]" numpy; --python PYTHON)`;
  }
}

/** Seconds in which the queue fills, before the measurement. */
const rampSeconds = 3;

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Requests that the server has answered so far, by its own count, and the time of the count. */
async function answered(
  server: SpawnedServer,
  model: string,
): Promise<{ count: number; at: number }> {
  const response = await fetch(`${server.url}/v2/models/${model}/stats`);
  const { model_stats: stats } = (await response.json()) as {
    model_stats: { inference_stats: { success: { count: number } } }[];
  };
  return { count: Number(stats[0]?.inference_stats.success.count), at: performance.now() };
}

/** Five times its capacity, each request with a deadline. */
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

/** A slice with a body, lungs and noise, so that it compresses like a picture and has lungs to find. */
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
