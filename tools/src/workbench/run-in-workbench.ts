import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Options of `runInWorkbench`. */
export interface WorkbenchRun {
  /** The root of the repository. */
  readonly workspace: string;
  /** Arguments of `playwright test`. */
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Packs the extension for this machine and runs Playwright tests of `apps/vscode-ext` in a real workbench (code-server and Chromium).
 *
 * @throws {Error} when a step or a test fails.
 */
export function runInWorkbench({ workspace, args, env }: WorkbenchRun): void {
  const extension = join(workspace, 'apps/vscode-ext');
  const run = (
    command: string,
    parameters: readonly string[],
    { cwd = extension, env: more = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ) => {
    execFileSync(command, parameters, {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...more },
    });
  };
  // From the root: elsewhere Nx's plugins do not find the projects unless their graph is cached. The daemon would outlive the command.
  run('npx', ['nx', 'run', 'vscode-ext:bundle'], {
    cwd: workspace,
    env: { NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  run(process.execPath, ['package.mjs', '--target', 'host']);
  run('bash', [join(workspace, 'tools/vscode-e2e/setup.sh')]);
  run('npx', ['playwright', 'test', ...args], { ...(env ? { env } : {}) });
}
