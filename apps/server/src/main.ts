import { startServer, type RunningServer } from './start-server.js';
import { helpText, readOptions, UsageError } from './options/read-options.js';

/** Entry point of `groundglass-server`: options, start, signals. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(helpText());
    return;
  }
  const server = await startServer(options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(server));
  const models = server.services.repository.models.map(({ name, version }) => `${name} ${version}`);
  console.log(`Groundglass answers at ${server.url}`);
  if (server.grpcAddress !== undefined) console.log(`gRPC at ${server.grpcAddress}`);
  console.log(`Models: ${models.join(', ') || 'none could be loaded, the log says why'}`);
}

async function stop(server: RunningServer): Promise<void> {
  await server.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
});
