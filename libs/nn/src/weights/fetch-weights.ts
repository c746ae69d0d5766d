import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';

/** Safetensors of ImageNet weights: timm's conversions of torchvision's DenseNets and TensorFlow's EfficientNet-Lite, and timm's own MobileNetV2. */
export const weightSources = {
  densenet121: 'https://huggingface.co/timm/densenet121.tv_in1k/resolve/main/model.safetensors',
  densenet169: 'https://huggingface.co/timm/densenet169.tv_in1k/resolve/main/model.safetensors',
  densenet201: 'https://huggingface.co/timm/densenet201.tv_in1k/resolve/main/model.safetensors',
  'mobilenet-v2':
    'https://huggingface.co/timm/mobilenetv2_100.ra_in1k/resolve/main/model.safetensors',
  'efficientnet-lite0':
    'https://huggingface.co/timm/tf_efficientnet_lite0.in1k/resolve/main/model.safetensors',
  'efficientnet-lite1':
    'https://huggingface.co/timm/tf_efficientnet_lite1.in1k/resolve/main/model.safetensors',
  'efficientnet-lite2':
    'https://huggingface.co/timm/tf_efficientnet_lite2.in1k/resolve/main/model.safetensors',
} as const;

/** Weights that {@link fetchWeights} knows. */
export type WeightsName = keyof typeof weightSources;

/** Weights could not be fetched: offline, refused, or damaged on the way. */
export class FetchWeightsError extends Error {
  override readonly name = 'FetchWeightsError';
}

/** Options of a download. */
export interface FetchOptions {
  /** Instead of the source in {@link weightSources}. */
  readonly url?: string;
  /** Hexadecimal; by default the one that the server publishes. */
  readonly sha256?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/**
 * Downloads weights to a file in an existing folder. Interrupted downloads stay in `<file>.part`, and the next call resumes them; the file
 * itself appears only when its SHA-256 is right.
 *
 * Hugging Face publishes the SHA-256 of each large file in the header `X-Linked-Etag` of the response that redirects to the storage;
 * weights whose checksum is neither given nor published are refused.
 *
 * @returns the checksum that was verified.
 * @throws {FetchWeightsError} saying what went wrong and what to do; Node.js file system errors pass through.
 */
export async function fetchWeights(
  name: WeightsName,
  file: string,
  { url = weightSources[name], sha256, signal, onProgress }: FetchOptions = {},
): Promise<string> {
  const expected = (sha256 ?? (await publishedChecksum(url, signal))).toLowerCase();
  const part = `${file}.part`;
  if ((await sizeOf(part)) === 0 || (await checksum(part)) !== expected)
    await download(url, part, signal, onProgress);
  const actual = await checksum(part);
  if (actual !== expected) {
    await rm(part);
    throw new FetchWeightsError(
      `Expected weights with SHA-256 ${expected} from ${url}, got ${actual}; the download was deleted, try again`,
    );
  }
  await rename(part, file);
  return actual;
}

async function publishedChecksum(url: string, signal?: AbortSignal): Promise<string> {
  const response = await request(url, { method: 'HEAD', redirect: 'manual' }, signal);
  if (response.status >= 400)
    throw new FetchWeightsError(
      `Expected weights at ${url}, the server answered ${response.status}`,
    );
  const tag = /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(
    response.headers.get('x-linked-etag') ?? '',
  )?.[1];
  if (tag === undefined) {
    throw new FetchWeightsError(
      `Expected ${url} to publish a SHA-256 in X-Linked-Etag, it does not; give the checksum to verify against`,
    );
  }
  return tag;
}

async function download(
  url: string,
  part: string,
  signal?: AbortSignal,
  onProgress?: FetchOptions['onProgress'],
): Promise<void> {
  const have = await sizeOf(part);
  const headers = have > 0 ? { range: `bytes=${have}-` } : undefined;
  let response = await request(url, headers ? { headers } : {}, signal);
  // The part is at least as long as the file, and yet not the file: start over.
  if (response.status === 416) response = await request(url, {}, signal);
  const resumed =
    response.status === 206 &&
    Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]) === have;
  if ((!resumed && response.status !== 200) || !response.body)
    throw new FetchWeightsError(
      `Expected weights at ${url}, the server answered ${response.status}`,
    );
  const length = response.headers.get('content-length');
  let done = resumed ? have : 0;
  const total = length === null ? undefined : done + Number(length);
  const handle = await open(part, resumed ? 'a' : 'w');
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      await handle.writeFile(chunk);
      done += chunk.length;
      onProgress?.(done, total);
    }
  } catch (error) {
    signal?.throwIfAborted();
    // A full disk is not a broken connection.
    if ((error as NodeJS.ErrnoException).syscall === 'write') throw error;
    throw new FetchWeightsError(
      `The connection to ${new URL(url).host} broke after ${done} bytes; run the command again to continue from there`,
      { cause: error },
    );
  } finally {
    await handle.close();
  }
}

async function request(url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { ...init, ...(signal ? { signal } : {}) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new FetchWeightsError(
      `Expected to reach ${new URL(url).host}, which failed: are you offline? Download ${url} elsewhere and import the file instead`,
      { cause: error },
    );
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
