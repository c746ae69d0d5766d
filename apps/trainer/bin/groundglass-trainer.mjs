#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// A fresh clone is not built yet. stdout stays free for what the command prints.
if (!existsSync(join(import.meta.dirname, '../dist/main.js'))) {
  const script = join(import.meta.dirname, '../../../tools/build.mjs');
  const built = spawnSync(process.execPath, [script, 'trainer'], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
await import('../dist/main.js');
