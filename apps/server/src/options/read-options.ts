import { Command, CommanderError, Option } from 'commander';
import type { z } from 'zod';
import { serverOptionsSchema, type ServerOptionsInput } from './server-options.js';
import { serverVersion } from './server-version.js';

type Key = keyof typeof serverOptionsSchema.shape;
const keys = Object.keys(serverOptionsSchema.shape) as Key[];
/** Keys whose value is a list. */
const lists: readonly Key[] = keys.filter((key) => Array.isArray(defaultOf(key)));
/** Keys of flags that need no value. */
const switches: readonly Key[] = keys.filter((key) => typeof defaultOf(key) === 'boolean');
/** The command line turns gRPC on by default; a test's server has none. */
const commandDefaults = { grpcPort: 8809 } as const;

/** `grpcPort` → `grpc-port`. */
const flagOf = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** `grpcPort` → `GROUNDGLASS_GRPC_PORT`. */
const variableOf = (key: string): string =>
  `GROUNDGLASS_${flagOf(key).replaceAll('-', '_').toUpperCase()}`;

/** An unknown or invalid flag or variable; the message is for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'serve'; readonly options: ServerOptionsInput }
  | { readonly command: 'check'; readonly models: string; readonly json: boolean }
  | {
      readonly command: 'pull';
      readonly source: string;
      readonly models: string;
      readonly name: string | undefined;
      readonly sha256: string | undefined;
    }
  | { readonly command: 'mcp'; readonly models: string; readonly folders: readonly string[] }
  | { readonly command: 'print'; readonly text: string };

/**
 * Reads the command line, which takes precedence, and the environment.
 *
 * @throws {UsageError} with the flag and what was expected of it.
 */
export function readCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Invocation {
  const state: { invocation?: Invocation; printed: string } = { printed: '' };
  const program = createProgram(environment, (invocation) => {
    state.invocation = invocation;
  });
  for (const each of [program, ...program.commands]) {
    each.exitOverride().configureOutput({
      writeOut: (text) => (state.printed += text),
      writeErr: () => undefined,
    });
  }
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: 'print', text: state.printed.trimEnd() };
    if (error.code === 'commander.excessArguments') {
      const [extra = ''] = program.args;
      throw new UsageError(`Expected options, check, pull or mcp, got "${extra}"`);
    }
    throw new UsageError(error.message.replace(/^error: /, ''));
  }
  return state.invocation!;
}

function createProgram(
  environment: NodeJS.ProcessEnv,
  found: (invocation: Invocation) => void,
): Command {
  const program = new Command('groundglass-server')
    .usage('--models FOLDER [options]')
    .description(
      'Serves CT models over HTTP (/v1, Open Inference Protocol under /v2) and gRPC. A research tool, never a medical device.',
    )
    .version(serverVersion, '--version')
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Every option can also be set by an environment variable: --grpc-port is GROUNDGLASS_GRPC_PORT. Prefer
GROUNDGLASS_TOKEN to --token, which other users of the machine can read.
Traces go to a collector when OTEL_EXPORTER_OTLP_ENDPOINT is set.`,
    )
    .action((flags: Readonly<Record<string, unknown>>) => {
      found({ command: 'serve', options: toServerOptions(flags, environment) });
    });
  for (const key of keys) program.addOption(optionOf(key));
  program
    .command('check')
    .description('loads every model of a folder and reports which can be served, and why not')
    .argument('<models>', 'folder of models, in the layout of Triton')
    .option('--json', 'print one JSON object per line')
    .action((models: string, { json = false }: { json?: boolean }) => {
      found({ command: 'check', models, json });
    });
  program
    .command('pull')
    .description('adds a model from a URL, an archive or a file, and checks that it loads')
    .argument('<source>', 'https URL, .onnx file, .tar.gz archive, or folder of one model')
    // Not named like the program's own option, which would take it.
    .requiredOption('--into <models>', 'folder of models to add it to')
    .option('--name <name>', 'name of the model (default: that of the file)')
    .option('--sha256 <hex>', 'SHA-256 that the source must have')
    .action((source: string, flags: { into: string; name?: string; sha256?: string }) => {
      const { into: models, name, sha256 } = flags;
      if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
        throw new UsageError('Expected 64 hexadecimal digits after --sha256');
      }
      found({ command: 'pull', source, models, name, sha256: sha256?.toLowerCase() });
    });
  program
    .command('mcp')
    .description(
      'answers questions of language models about CT files over stdio (Model Context Protocol)',
    )
    // Not named like the program's own option, which would take it.
    .requiredOption('--with <models>', 'folder of models; the first one is used')
    .option(
      '--folder <folder>',
      'folder with the files and datasets; may be repeated (default: the current one)',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .action((flags: { with: string; folder: readonly string[] }) => {
      const folders = flags.folder.length > 0 ? flags.folder : [process.cwd()];
      found({ command: 'mcp', models: flags.with, folders });
    });
  return program;
}

function optionOf(key: Key): Option {
  const fallback = key in commandDefaults ? commandDefaults.grpcPort : defaultOf(key);
  const shown = ['string', 'number'].includes(typeof fallback) ? ` (${String(fallback)})` : '';
  const text = `${serverOptionsSchema.shape[key].description ?? ''}${shown}`;
  if (switches.includes(key)) return new Option(`--${flagOf(key)}`, text);
  const option = new Option(`--${flagOf(key)} <value>`, text);
  if (!lists.includes(key)) return option;
  return option.argParser((value: string, before: string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

function toServerOptions(
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
): ServerOptionsInput {
  const given = Object.fromEntries(
    keys.flatMap((key) => {
      const fromEnvironment = environment[variableOf(key)];
      const value = flags[key] ?? (fromEnvironment === '' ? undefined : fromEnvironment);
      if (value === undefined) return [];
      return [[key, lists.includes(key) && typeof value === 'string' ? value.split(',') : value]];
    }),
  );
  const input = { ...commandDefaults, ...given };
  const parsed = serverOptionsSchema.safeParse(input);
  if (parsed.success) return input as ServerOptionsInput;
  throw new UsageError(
    parsed.error.issues.map((issue) => describe(issue, given, flags)).join('\n'),
  );
}

function describe(
  issue: z.core.$ZodIssue,
  given: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>>,
): string {
  const key = String(issue.path[0]);
  const name = key in flags ? `--${flagOf(key)}` : variableOf(key);
  if (!(key in given)) return `Expected --${flagOf(key)} (or ${variableOf(key)})`;
  // A token is never printed.
  const shown = key === 'token' ? '' : `, got ${JSON.stringify(given[key])}`;
  return `${name}: ${expectation(issue)}${shown}`;
}

/** For a union, the message of the closest branch: "invalid input" does not help. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const nested = issue.errors.flat().find(({ code }) => code !== 'invalid_type');
  return nested ? expectation(nested) : issue.message;
}

function defaultOf(key: Key): unknown {
  return serverOptionsSchema.shape[key].safeParse(undefined).data;
}
