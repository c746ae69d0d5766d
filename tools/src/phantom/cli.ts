import {
  phantomFiles,
  phantomFormats,
  sampleFiles,
  thoraxPhantom,
  writePhantomDataset,
  type PhantomFile,
  type PhantomFormat,
} from '@groundglass/phantom';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `Makes synthetic chest CT. The same options give the same bytes.

  npm run phantom -- --out DIR [--format dicom] [--seed 1] [--slices 30] [--size 512]
                     [--slice-spacing MM] [--noise 16] [--no-covid] [--name thorax-SEED]
      One phantom with its lesion mask. Formats: ${phantomFormats.join(', ')}.

  npm run phantom -- dataset --out DIR --count 32 [--seed 1] [--size 512] [--slices-per-patient 2]
      A data set: images, masks, samples.jsonl and groundglass.dataset.json.

  npm run phantom -- samples [--out samples]
      The samples that are bundled with the repository.`;

class UsageError extends Error {}

/**
 * The command line of the phantoms; see {@link usage}.
 *
 * @returns the exit code: 0, or 2 when an option is wrong.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = readArguments(argv);
    const [command = 'volume', ...extra] = positionals;
    if (values.help || argv.length === 0) {
      console.log(usage);
      return values.help ? 0 : 2;
    }
    if (extra.length > 0) throw new UsageError(`Expected one command, got "${extra[0] ?? ''}" too`);
    if (command === 'volume') await makeVolume(values);
    else if (command === 'dataset') await makeDataset(values);
    else if (command === 'samples') await makeSamples(values.out);
    else throw new UsageError(`Expected dataset, samples or no command, got "${command}"`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof RangeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

type Values = ReturnType<typeof readArguments>['values'];

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        format: { type: 'string', default: 'dicom' },
        seed: { type: 'string', default: '1' },
        slices: { type: 'string', default: '30' },
        size: { type: 'string', default: '512' },
        'slice-spacing': { type: 'string' },
        noise: { type: 'string', default: '16' },
        'no-covid': { type: 'boolean', default: false },
        name: { type: 'string' },
        count: { type: 'string' },
        'slices-per-patient': { type: 'string', default: '2' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function makeVolume(values: Values): Promise<void> {
  const out = required(values.out, '--out');
  const { format } = values;
  if (!isFormat(format)) {
    throw new UsageError(`Expected --format ${phantomFormats.join(', ')}, got "${format}"`);
  }
  const seed = number(values.seed, '--seed');
  const spacing = values['slice-spacing'];
  const phantom = thoraxPhantom(
    {
      seed,
      covid: !values['no-covid'],
      slices: number(values.slices, '--slices'),
      size: number(values.size, '--size'),
      noise: number(values.noise, '--noise'),
      ...(spacing === undefined ? {} : { spacing: { slice: number(spacing, '--slice-spacing') } }),
    },
    progress('slices'),
  );
  const name = values.name ?? `thorax-${seed}`;
  await writeAll(out, await phantomFiles(phantom, format, name));
}

async function makeDataset(values: Values): Promise<void> {
  const out = required(values.out, '--out');
  const samples = await writePhantomDataset({
    out,
    count: number(required(values.count, '--count'), '--count'),
    seed: number(values.seed, '--seed'),
    size: number(values.size, '--size'),
    slicesPerPatient: number(values['slices-per-patient'], '--slices-per-patient'),
    onImage: progress('images'),
  });
  console.log(`${samples.length} images with masks in ${out}`);
}

/** The repository's folder of samples. */
export const samplesFolder = resolve(import.meta.dirname, '../../../samples');

async function makeSamples(out = samplesFolder): Promise<void> {
  await writeAll(out, await sampleFiles());
}

async function writeAll(out: string, files: readonly PhantomFile[]): Promise<void> {
  for (const { name, bytes } of files) {
    const path = join(out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  console.log(
    `${files.length} files, ${(total / 1e6).toFixed(2)} MB, in ${relative(process.cwd(), out) || '.'}`,
  );
}

function isFormat(value: string): value is PhantomFormat {
  return (phantomFormats as readonly string[]).includes(value);
}

function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`Expected ${name}, got none`);
  return value;
}

function number(value: string, name: string): number {
  const parsed = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(parsed))
    throw new UsageError(`Expected a number for ${name}, got "${value}"`);
  return parsed;
}

function progress(what: string): (done: number, of: number) => void {
  return (done, of) => {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r${done}/${of} ${what}${done === of ? '\n' : ''}`);
  };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
