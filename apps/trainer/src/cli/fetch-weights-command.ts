import { CtError } from '@groundglass/core';
import { makeFolder } from '@groundglass/dataset/disk';
import { fetchWeights, FetchWeightsError, weightSources, type WeightsName } from '@groundglass/nn';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { dirname, join } from 'node:path';
import { TrainerError } from '../errors.js';

interface FetchWeightsOptions {
  readonly out?: string;
  readonly url?: string;
  readonly sha256?: string;
}

/** `fetch-weights densenet169`. */
export function registerFetchWeights(program: Command): void {
  const names = Object.keys(weightSources);
  program
    .command('fetch-weights')
    .description(
      'downloads ImageNet weights for train --init; continues where it stopped, and verifies the SHA-256',
    )
    .argument('<name>', names.join(', '))
    .option('--out <file>', 'where they go (default: weights/NAME.safetensors)')
    .option('--url <url>', 'another source, such as a mirror')
    .option('--sha256 <hex>', 'the checksum to verify (default: the one that the server publishes)')
    .action(async (name: string, options: FetchWeightsOptions) => {
      if (!Object.hasOwn(weightSources, name))
        throw new TrainerError(
          'TRAIN_BAD_OPTION',
          `Expected weights of ${names.join(', ')}, got "${name}"`,
        );
      const file = options.out ?? join('weights', `${name}.safetensors`);
      await makeFolder(dirname(file));
      const sha256 = await download(name as WeightsName, file, options);
      console.log(`Wrote ${file}, SHA-256 ${sha256}`);
      console.log(`Train from it with --init ${file}`);
    });
}

async function download(
  name: WeightsName,
  file: string,
  { url, sha256 }: FetchWeightsOptions,
): Promise<string> {
  const stop = new AbortController();
  const cancel = () => {
    stop.abort(
      new CtError('CT_CANCELLED', 'Stopped by Ctrl+C; the same command continues the download'),
    );
  };
  process.once('SIGINT', cancel);
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: `${name} |{bar}| {percentage} % of {megabytes} MB  {eta_formatted} left`,
        stream: process.stderr,
        hideCursor: true,
      })
    : undefined;
  let shown = false;
  try {
    return await fetchWeights(name, file, {
      ...(url === undefined ? {} : { url }),
      ...(sha256 === undefined ? {} : { sha256 }),
      signal: stop.signal,
      onProgress: (done, total) => {
        if (total === undefined) return;
        if (shown) bar?.update(done);
        else bar?.start(total, done, { megabytes: (total / 1e6).toFixed(1) });
        shown = true;
      },
    });
  } catch (error) {
    if (!(error instanceof FetchWeightsError)) throw error;
    throw new TrainerError('TRAIN_DOWNLOAD_FAILED', error.message, { cause: error });
  } finally {
    bar?.stop();
    process.off('SIGINT', cancel);
  }
}
