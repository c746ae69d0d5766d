import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** A whole number from the command line or the environment, where everything is text. */
const whole = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};
const port = whole(0, 65_535);
/** A value that may be given several times. */
const repeated = <T extends z.ZodType<string, string>>(schema: T) =>
  z.union([schema.transform((one) => [one]), z.array(schema)]).default([]);
/** `--flag`, `--flag=false`, and in the environment also 1 and 0. */
const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((value) => value === true || value === 'true' || value === '1')
  .default(false);
const hostName = z.string().regex(/^(\*|[A-Za-z0-9.:_[\]-]+)$/, 'a host name without a port');

/** Every option of the server; flags and environment variables are named after these keys. */
export const serverOptionsSchema = z.object({
  models: z.string().min(1).describe('folder of models, in the layout of Triton'),
  defaultModel: z
    .string()
    .optional()
    .describe('model for /v1/predictions when a request names none (default: the first by name)'),
  samples: z.string().optional().describe('folder of CT files that the playground offers'),
  data: repeated(z.string().min(1)).describe(
    'folder with studies that clients may score by name (POST /v1/jobs); may be repeated',
  ),
  jobsDir: z
    .string()
    .default(
      join(process.env.XDG_STATE_HOME ?? join(homeDir(), '.local/state'), 'groundglass', 'jobs'),
    )
    .describe('folder for jobs and their results, which are kept across restarts'),
  jobsKeepDays: whole(1, 3650).default(30).describe('days after which an ended job is removed'),
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: port.default(8808).describe('HTTP port; 0 picks a free one'),
  grpcPort: z
    .union([z.literal('off').transform(() => undefined), port])
    .optional()
    .describe('gRPC port, or "off"'),
  token: z
    .string()
    .min(16, 'at least 16 characters')
    .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces')
    .optional()
    .describe(
      'bearer token that every request must send; required unless --host is a loopback address',
    ),
  allowedHost: repeated(hostName).describe(
    'additional host name that clients may use; may be repeated',
  ),
  publicOrigin: repeated(
    z.string().refine(isOrigin, 'an origin such as https://ct.example.org, without a path'),
  ).describe('origin under which a proxy publishes the server; may be repeated'),
  trustedProxy: repeated(
    z.string().refine(isAddressRange, 'an IP address, or a range such as 10.0.0.0/8'),
  ).describe('address of a proxy whose X-Forwarded-Host counts; may be repeated'),
  modelControlMode: z
    .enum(['none', 'poll', 'explicit'])
    .default('none')
    .describe('load models once, watch the folder, or let clients load and unload them'),
  repositoryPollSeconds: whole(1, 86_400)
    .default(15)
    .describe('how often "poll" checks the folder'),
  strictReadiness: flag.describe(
    'report ready only while every model of the folder is served; otherwise models that failed to load are ignored',
  ),
  precision: z
    .enum(['auto', 'float', 'int8'])
    .default('auto')
    .describe(
      'which file is served of a model that has both model.onnx and model.int8.onnx: the faster one on this machine, or the named one',
    ),
  lowMemory: flag.describe(
    'release memory while idle, for example next to an editor: one process of each kind, replaced after an idle minute',
  ),
  processes: whole(1, 64)
    .optional()
    .describe('processes that run models (default: by the number of cores)'),
  threads: whole(1, 256)
    .optional()
    .describe('threads of each such process (default: by the number of cores)'),
  decoders: whole(1, 16)
    .optional()
    .describe('processes that decode images (default: 2, or 1 with --low-memory)'),
  queueSize: whole(1, 100_000)
    .default(256)
    .describe('requests that may wait before the server answers 503'),
  timeoutSeconds: whole(1, 3600).default(60).describe('longest time that a request may take'),
  hangSeconds: whole(1, 3600)
    .default(120)
    .describe('a model run longer than this restarts its process'),
  maxBodyMib: whole(1, 4096)
    .default(256)
    .describe('largest request body in MiB, after inflating where it is compressed'),
  uploadSeconds: whole(1, 86_400)
    .default(600)
    .describe('longest time that receiving one request body may take'),
  maxSlices: whole(1, 100_000).default(2048).describe('most slices scored in one request'),
  maxGrpcMib: whole(1, 1024).default(64).describe('largest gRPC message in MiB'),
  maxConnections: whole(1, 65_536)
    .default(1024)
    .describe('open connections before new ones are closed'),
  idleSeconds: whole(1, 14)
    .default(10)
    .describe('idle time after which an upload or connection is closed'),
  drainSeconds: whole(0, 600)
    .default(30)
    .describe('time to finish accepted requests when the server stops'),
  cacheDir: z
    .string()
    .default(join(process.env.XDG_CACHE_HOME ?? join(homeDir(), '.cache'), 'groundglass', 'models'))
    .describe('folder for optimised models'),
  spoolDir: z
    .string()
    .default(tmpdir())
    .describe('folder for large uploads while they are processed'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('log level; logs are JSON lines on standard error'),
});

export type ServerOptions = z.output<typeof serverOptionsSchema>;
/** Options of `startServer`, required and optional. */
export type ServerOptionsInput = z.input<typeof serverOptionsSchema>;

/** Just scheme, host and port, as browsers write an `Origin`. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

function homeDir(): string {
  return process.env.HOME ?? process.env.USERPROFILE ?? tmpdir();
}
