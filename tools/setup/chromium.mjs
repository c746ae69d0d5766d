import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of an installed Chromium (or what GROUNDGLASS_CHROMIUM names), or undefined. */
export function findChromium() {
  const named = process.env.GROUNDGLASS_CHROMIUM;
  const candidates = named
    ? [named]
    : (process.env.PATH ?? '')
        .split(delimiter)
        .concat('/usr/bin')
        .flatMap((folder) => names.map((name) => join(folder, name)))
        .concat('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  return candidates.find(isExecutable);
}

/**
 * Finds Chromium or installs Debian's; returns its path, or undefined with a line that says what to do.
 *
 * Playwright's own browsers are not used: their download is not always allowed, Debian's package is.
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (isExecutable('/usr/bin/apt-get')) {
    console.error('Installing Chromium for the browser tests …');
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'apt-get', ...args];
      return spawnSync(command, rest, {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status;
    };
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  }
  const installed = findChromium();
  if (!installed) {
    console.error(
      'No Chromium found: install one (Debian: apt-get install chromium) or name it in GROUNDGLASS_CHROMIUM.',
    );
  }
  return installed;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
