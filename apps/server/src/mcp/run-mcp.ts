import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer } from './create-mcp-server.js';
import { LocalModel } from './local-model.js';
import { Workspace } from './workspace.js';

/**
 * Answers one client over stdin and stdout until it closes stdin. stdout carries only the protocol; everything else goes to
 * stderr.
 *
 * @throws {Error} for a missing folder.
 */
export async function runMcp({
  models,
  folders,
}: {
  readonly models: string;
  readonly folders: readonly string[];
}): Promise<void> {
  const workspace = await Workspace.open(folders);
  const model = new LocalModel(models);
  const server = createMcpServer({ workspace, client: () => model.client() });
  const end = () => {
    void model.close().finally(() => process.exit(0));
  };
  process.stdin.once('end', end);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  await server.connect(new StdioServerTransport());
}
