import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { ownerFileOf } from './options/clean-spool.js';
import { serverOptionsSchema, type ServerOptionsInput } from './options/server-options.js';
import { pullModel } from './repository/pull-model.js';
import { startServer, type RunningServer } from './start-server.js';
import { checkModels } from './repository/check-models.js';
import { readCommand, UsageError } from './options/read-options.js';

/** Entry point of `groundglass-server`: options, start, signals. */
async function main(): Promise<void> {
  const invocation = readCommand(process.argv.slice(2), process.env);
  switch (invocation.command) {
    case 'print':
      console.log(invocation.text);
      return;
    case 'check':
      process.exit((await checkModels(invocation)) ? 0 : 1);
      break;
    case 'pull':
      await pullModel(invocation);
      process.exit(0);
      break;
    case 'mcp': {
      const { runMcp } = await import('./mcp/run-mcp.js');
      await runMcp(invocation);
      break;
    }
    case 'serve':
      await serve(invocation.options);
      break;
    default:
      invocation satisfies never;
  }
}

async function serve(options: ServerOptionsInput): Promise<void> {
  // For this process; children get it as a flag.
  if (serverOptionsSchema.parse(options).lowMemory) setFlagsFromString('--optimize-for-size');
  const server = await startServer(options);
  const { services } = server;
  // On any exit: uploads hold pictures of patients.
  process.on('exit', () => {
    rmSync(services.spoolDir, { recursive: true, force: true });
    rmSync(ownerFileOf(services.spoolDir), { force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(server));
  const models = server.services.repository.models.map(({ name, version }) => `${name} ${version}`);
  console.log(`Groundglass answers at ${server.url}`);
  if (server.grpcAddress !== undefined) console.log(`gRPC at ${server.grpcAddress}`);
  console.log(`Models: ${models.join(', ') || 'none could be loaded, the log says why'}`);
}

/** The first signal finishes accepted requests; a second one ends the server at once. */
async function stop(server: RunningServer): Promise<void> {
  const { services } = server;
  if (services.draining) process.exit(1);
  const { drainSeconds } = services.options;
  services.log.info(`stopping once accepted requests are finished, in ${drainSeconds} s at most`);
  await server.close();
  process.exit(0);
}

// Node would write plain text among the lines of JSON.
process.removeAllListeners('warning');
process.on('warning', ({ name, message }) => {
  process.stderr.write(
    `${JSON.stringify({ level: 40, time: new Date().toISOString(), name, msg: message })}\n`,
  );
});

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
});
