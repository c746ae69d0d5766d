import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The path of a Chromium for the browser tests, or undefined.
 *
 * Prefers GROUNDGLASS_CHROMIUM, then the browser of the npm package `@sparticuz/chromium` (Linux x64, with the
 * libraries it needs), then an installed one. Playwright's own browsers are not used: many networks do not allow their download.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env.GROUNDGLASS_CHROMIUM;
  if (named) return isExecutable(named) ? named : undefined;
  return packagedChromium() ?? installedChromium();
}

/**
 * Finds Chromium; as root on Debian installs it if there is none. Without one, prints a line that says what to do.
 *
 * @returns {string | undefined}
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    console.error('Installing Chromium for the browser tests …');
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
    ]) {
      spawnSync('apt-get', args, {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
  }
  const installed = installedChromium();
  if (!installed) {
    console.error(
      'No Chromium found, so the browser tests are skipped: install one (Debian: apt-get install chromium) or name it in GROUNDGLASS_CHROMIUM.',
    );
  }
  return installed;
}

function installedChromium() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/bin')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .concat('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome')
    .find(isExecutable);
}

/** Unpacks the browser of `@sparticuz/chromium` once, into node_modules, and checks that it starts here. */
function packagedChromium() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  if (!existsSync(join(root, 'node_modules/@sparticuz/chromium'))) return undefined;
  const folder = join(root, 'node_modules/.cache/groundglass-chromium');
  const start = join(folder, 'chromium.sh');
  if (isExecutable(start)) return start;
  mkdirSync(folder, { recursive: true });
  const unpacked = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      "const { default: chromium } = await import('@sparticuz/chromium'); await chromium.executablePath();",
    ],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 2],
      // It unpacks into the temporary folder; given a runtime's name it also unpacks NSS, which bare machines lack.
      env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
    },
  );
  if (unpacked.status !== 0) return undefined;
  // A machine's own libraries come first: ours are only for missing ones.
  const script = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/usr/lib64:$here/al2023/lib"
[ -d /etc/fonts ] || export FONTCONFIG_PATH="$here/fonts"
exec "$here/chromium" "$@"
`;
  const draft = `${start}.${process.pid}`;
  writeFileSync(draft, script, { mode: 0o755 });
  if (spawnSync(draft, ['--version'], { stdio: 'ignore' }).status !== 0) return undefined;
  renameSync(draft, start);
  return start;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
