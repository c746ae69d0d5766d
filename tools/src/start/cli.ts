import { GroundglassClient } from '@groundglass/client';
import { asCtError, type CtError, type Prediction } from '@groundglass/core';
import { startServer } from '@groundglass/server';
import { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { findInputs, type Input } from './find-inputs.js';
import { modelRepository } from './model-repository.js';
import { expectedLabel } from './expected-label.js';
import { formatTable } from './table.js';

const workspace = join(import.meta.dirname, '../../..');
const samples = join(workspace, 'samples');

interface Scored {
  readonly label: string;
  readonly prediction?: Prediction;
  readonly error?: CtError;
}

const program = new Command()
  .name('npm start --')
  .usage('[--once] [--json] [--port 8808] [FILE_OR_FOLDER…]')
  .description(
    'Scores CT images (PNG, JPEG, DICOM, NIfTI, MetaImage) with the bundled model and prints a table. Then the server stays up and prints its address. Research use, not for diagnosis.',
  )
  .argument('[FILE_OR_FOLDER...]', 'what is scored (default: the bundled samples)')
  .option('--once', 'exit after the table')
  .option('--json', 'print an array of predictions instead of the table')
  .option('--port <number>', 'port of the server (8808)')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const values = program.opts<{ once?: true; json?: true; port?: string }>();
const positionals = program.args;

const paths = positionals.length > 0 ? positionals.map((path) => resolve(path)) : [samples];
const from = positionals.length > 0 ? process.cwd() : samples;
const server = await startServer({
  models: await modelRepository(workspace, join(workspace, '.cache/models')),
  samples,
  // A single table needs no fixed port.
  port: values.port ?? (values.once ? 0 : 8808),
  grpcPort: 'off',
  logLevel: 'warn',
}).catch((error: unknown) => {
  console.error(
    `The server did not start: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
});
const stop = async (code: number): Promise<never> => {
  await server.close();
  process.exit(code);
};
process.once('SIGINT', () => void stop(130));
process.once('SIGTERM', () => void stop(143));

const client = new GroundglassClient({ baseUrl: server.url });
const [model] = await client.models();
const about = `Model ${model?.name ?? '?'} version ${model?.version ?? '?'}, trained: ${String(model?.trained ?? false)}`;
const warning =
  model?.trained === true ? '' : ' — its weights are random, so its numbers mean nothing yet';
(values.json ? console.error : console.log)(`${about}${warning}. Research use, not for diagnosis.`);

const { inputs, problems, warnings } = await findInputs(paths, from);
const scored: Scored[] = [...problems];
for (const [i, input] of inputs.entries()) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\x1b[K${i + 1}/${inputs.length} ${input.label}`);
  scored.push(await score(input));
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

if (values.json) {
  console.log(
    JSON.stringify(
      scored.flatMap(({ prediction }) => prediction ?? []),
      undefined,
      2,
    ),
  );
} else {
  console.log();
  const isSamples = positionals.length === 0;
  const header = ['file', 'probability', 'label', 'lesion %', 'ms'];
  console.log(
    formatTable(
      isSamples ? [...header, 'should be'] : header,
      scored.map((each) => [...rowOf(each), ...(isSamples ? [expectedLabel(each.label)] : [])]),
    ),
  );
  if (inputs.length === 0) console.log('(nothing to score)');
}
for (const { label, prediction } of scored) {
  for (const { code, file, detail } of prediction?.warnings ?? []) {
    if (file !== undefined)
      console.error(`${label}: ${file}: ${code}${detail ? `, ${detail}` : ''}`);
  }
}
for (const { code, file, detail } of warnings) {
  console.error(`${file}: ${code}${detail ? `, ${detail}` : ''}`);
}
const failed = scored.filter(({ error }) => error !== undefined);
for (const { label, error } of failed)
  console.error(`${label}: ${error!.message} (${error!.code})`);

if (values.once) await stop(failed.length > 0 ? 1 : 0);
(values.json ? console.error : console.log)(
  `\nThe playground and the server are at ${server.url} — Ctrl+C stops them.`,
);

async function score({ label, files }: Input): Promise<Scored> {
  try {
    const upload = await Promise.all(
      files.map(async (path) => ({ name: basename(path), data: await readFile(path) })),
    );
    const prediction = await client.predict(upload, { mask: values.json === true });
    return { label, prediction: nameFiles(prediction, label, files) };
  } catch (error) {
    return {
      label,
      error: asCtError(
        error,
        'CT_READ_FAILED',
        error instanceof Error ? error.message : String(error),
      ),
    };
  }
}

/** The server knows names without folders; this restores the names of the table, so that a batch can be matched to its inputs. */
function nameFiles(prediction: Prediction, label: string, files: readonly string[]): Prediction {
  const shown = new Map(files.map((path) => [basename(path), relative(from, path)]));
  const slices = prediction.slices.map((slice) =>
    slice.file === undefined ? slice : { ...slice, file: shown.get(slice.file) ?? slice.file },
  );
  return { ...prediction, file: label, slices };
}

function rowOf({ label, prediction, error }: Scored): string[] {
  if (!prediction) return [label, '–', error?.code ?? '', '–', '–'];
  const { probability, label: answer, lesionFraction, timingsMs } = prediction;
  return [
    label,
    answer === null ? '–' : probability.toFixed(3),
    answer ?? `no answer (${prediction.withheld.join(', ')})`,
    lesionFraction === null ? '–' : (lesionFraction * 100).toFixed(1),
    timingsMs.total.toFixed(0),
  ];
}
