import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { serverOptionsSchema, type ServerOptionsInput } from './server-options.js';

const keys = Object.keys(serverOptionsSchema.shape) as (keyof typeof serverOptionsSchema.shape)[];

/** `grpcPort` → `grpc-port`. */
const flagOf = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** `grpcPort` → `GROUNDGLASS_GRPC_PORT`. */
const variableOf = (key: string): string =>
  `GROUNDGLASS_${flagOf(key).replaceAll('-', '_').toUpperCase()}`;

/** A flag or variable that is not known, or not valid; the message is for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The options from the command line, which win, and the environment.
 *
 * @returns `help` when that was asked for.
 * @throws {UsageError} with the flag and what was expected of it.
 */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): ServerOptionsInput | 'help' {
  const flags = readFlags(args);
  if (flags.help === true) return 'help';
  const given = Object.fromEntries(
    keys.flatMap((key) => {
      const fromFlag = flags[flagOf(key)];
      const fromEnvironment = environment[variableOf(key)];
      const text = fromFlag ?? (fromEnvironment === '' ? undefined : fromEnvironment);
      if (text === undefined) return [];
      return [[key, key === 'allowedHost' && typeof text === 'string' ? text.split(',') : text]];
    }),
  );
  const parsed = serverOptionsSchema.safeParse({ grpcPort: 8809, ...given });
  if (parsed.success) return { grpcPort: 8809, ...given } as ServerOptionsInput;
  throw new UsageError(
    parsed.error.issues.map((issue) => describe(issue, given, flags)).join('\n'),
  );
}

/** The text of `--help`. */
export function helpText(): string {
  const lines = keys.map((key) => {
    const schema = serverOptionsSchema.shape[key];
    const fallback = key === 'grpcPort' ? 8809 : defaultOf(schema);
    const text = ['string', 'number'].includes(typeof fallback) ? ` (${fallback as string})` : '';
    return `  --${flagOf(key).padEnd(24)} ${schema.description ?? ''}${text}`;
  });
  return `groundglass-server --models FOLDER [options]

Serves CT models over HTTP (/v1, Open Inference Protocol under /v2) and gRPC. A research tool, never a medical device.

${lines.join('\n')}

Every option can be an environment variable instead: --grpc-port is GROUNDGLASS_GRPC_PORT. Prefer
GROUNDGLASS_TOKEN to --token, which other users of the machine can read.
Traces go to a collector when OTEL_EXPORTER_OTLP_ENDPOINT is set.`;
}

function readFlags(
  args: readonly string[],
): Record<string, string | string[] | boolean | undefined> {
  const options = Object.fromEntries(
    keys.map((key) => [flagOf(key), { type: 'string', multiple: key === 'allowedHost' }] as const),
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function describe(
  issue: z.core.$ZodIssue,
  given: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>>,
): string {
  const key = String(issue.path[0]);
  const name = flagOf(key) in flags ? `--${flagOf(key)}` : variableOf(key);
  if (!(key in given)) return `Expected --${flagOf(key)} (or ${variableOf(key)})`;
  // A token is never printed.
  const shown = key === 'token' ? '' : `, got ${JSON.stringify(given[key])}`;
  return `${name}: ${issue.message}${shown}`;
}

function defaultOf(schema: z.ZodType): unknown {
  return schema.safeParse(undefined).data;
}
