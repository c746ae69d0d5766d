import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

/** Packages a one-script extension next to this file while `use` runs. */
export async function withExtension(
  name: string,
  manifest: object,
  use: (packages: string[]) => Promise<void>,
): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), 'gg-'));
  const packagePath = join(cwd, `${name}.vsix`);
  const whole = {
    ...{ name, publisher: 'groundglass', version: '1.0.0' },
    ...{ engines: { vscode: '^1.104.0' }, main: `./${name}.cjs` },
    ...manifest,
  };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(whole));
  copyFileSync(join(import.meta.dirname, `${name}.cjs`), join(cwd, `${name}.cjs`));
  await createVSIX({
    ...{ cwd, packagePath, dependencies: false },
    ...{ allowMissingRepository: true, skipLicense: true },
  });
  await use([packagePath]);
  rmSync(cwd, { recursive: true });
}
