import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test';
import { accessibilityFindings } from '../../../playwright.axe.mjs';

export interface CodeServer {
  readonly url: string;
  /** A folder that tests may write to, with the bundled samples. */
  readonly folder: string;
  readonly settingsFile: string;
  readonly machineSettingsFile: string;
}

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

  /** What axe finds wrong in the visible webview; the workbench around it is VS Code's. */
  async accessibilityFindings(element = 'main'): Promise<string[]> {
    await this.preview.locator(element).waitFor();
    const frame = await (await this.preview.owner().elementHandle()).contentFrame();
    return accessibilityFindings(frame!, element);
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
    // Until the extension's editor is registered for its files, they would open as text.
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
    // Files that come or go move the rows under the pointer.
    await expect(async () => {
      await this.#scrollTo(row);
      await row.dblclick({ timeout: 5000 });
      await this.tab(name).waitFor({ timeout: 10_000 });
    }).toPass({ timeout: 60_000 });
  }

  /** Chooses from the menu of a file or folder in the explorer, and retries until the result is visible. */
  async chooseFromMenu(name: string, item: string, seeOutcome: () => Promise<void>): Promise<void> {
    await expect(async () => {
      await this.#scrollTo(this.explorerRow(name));
      try {
        await this.explorerRow(name).click({ button: 'right', timeout: 2000 });
        const entry = this.page.locator('.monaco-menu').getByText(item, { exact: true });
        // VS Code ignores clicks in a menu's first 100 ms, against accidental ones: hold the button longer.
        await entry.click({ timeout: 2000, delay: 200 });
        await seeOutcome();
      } catch (error) {
        // A menu that opened too late would cover the row at the next try.
        await this.page.keyboard.press('Escape');
        throw error;
      }
    }).toPass({ timeout: 60_000, intervals: [200] });
  }

  /** Scrolls the explorer to a row: it draws only visible rows, and tests of one window leave more and more files in its folder. */
  async #scrollTo(row: Locator): Promise<void> {
    if (await row.isVisible()) return;
    const list = this.page.locator('.explorer-folders-view .monaco-list');
    await list.hover();
    await this.page.mouse.wheel(0, -100_000);
    const shown = () => list.locator('.monaco-list-row').allTextContents();
    for (let before = '', now = 'top'; before !== now; now = (await shown()).join('\n')) {
      if (await row.isVisible()) return;
      before = now;
      await this.page.mouse.wheel(0, 200);
      // The list draws in the next frame.
      await this.page.waitForTimeout(100);
    }
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
    // The rows of an open folder push later rows out of view.
    if (await this.explorerRow('005.dcm').isVisible())
      await this.explorerRow('covid-series').click();
  }

  /** The tab of a file, once it is the active one. */
  tab(name: string): Locator {
    return this.page.locator(`.tab.active[data-resource-name="${name}"]`);
  }

  /** Opens a file of any folder by its name. */
  async openByName(name: string): Promise<void> {
    await this.#pick('Control+p', name, { hasText: name });
    await this.tab(name).waitFor();
  }

  async runCommand(title: string): Promise<void> {
    await this.#pick('F1', `>${title}`, { hasText: title });
  }

  /** Picks the given row of a quick input. */
  async #pick(key: string, text: string, row: Parameters<Locator['filter']>[0]): Promise<void> {
    await this.#find(key, text, row);
    await this.page.keyboard.press('Enter');
  }

  /** Types into the quick input that a key opens, until the focused row is the given one. */
  async #find(key: string, text: string, row: Parameters<Locator['filter']>[0]): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]');
    const focused = this.page.locator('.quick-input-list .monaco-list-row.focused');
    // An editor that finishes loading takes the focus, and the quick input closes: reopen it. It also offers only
    // what existed when it opened: close it after a while to look again. Each look is short, since waiting on an input
    // that is closing is in vain.
    await expect(async () => {
      if (!(await input.isVisible())) await this.page.keyboard.press(key);
      await input.fill(text, { timeout: 1000 });
      try {
        await focused.filter(row).waitFor({ timeout: 2000 });
      } catch (error) {
        // If the input has closed, the key would cancel the prediction of the editor below.
        if (await input.isVisible()) await this.page.keyboard.press('Escape');
        throw error;
      }
    }).toPass({ timeout: 60_000, intervals: [200] });
  }

  /** The content of the visible webview: a frame in a frame. */
  get preview(): FrameLocator {
    // Galleries stay in the page behind the editor that hides them.
    return this.page
      .frameLocator('iframe.webview.ready:visible')
      .frameLocator('iframe#active-frame');
  }

  /**
   * Presses keys in the visible webview once it has the focus, which comes back a little after a quick input has closed. If it does
   * not come back, presses the user's key for it.
   */
  async press(...keys: string[]): Promise<void> {
    const hasFocus = () => this.preview.locator('body').evaluate(() => document.hasFocus());
    await expect
      .poll(hasFocus, { timeout: 5000 })
      .toBe(true)
      .catch(() =>
        expect(async () => {
          await this.page.keyboard.press('Control+1');
          expect(await hasFocus()).toBe(true);
        }).toPass({ intervals: [1000] }),
      );
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** The webview of one of several editors side by side. */
  previewAt(at: number): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .nth(at)
      .contentFrame()
      .frameLocator('iframe#active-frame');
  }

  /** The picture's surface, once it shows a slice. */
  async picture(): Promise<Locator> {
    const surface = this.preview.locator('.surface');
    await expect(surface).toHaveAttribute('aria-busy', 'false');
    await expect(this.preview.locator('.reading-view')).not.toBeEmpty();
    return surface;
  }

  /** The picture as last drawn: RGBA of the canvas, whose pixels are CSS pixels here. */
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
      // As text, since a list of numbers takes a minute to transfer.
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
