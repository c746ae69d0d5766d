import { join } from 'node:path';
import { ensureInstalled, requireNode } from './setup/install.mjs';
import { nx } from './setup/nx.mjs';

/**
 * `node tools/build.mjs PROJECT`: installs what is missing and builds a project with what it needs. The commands in `apps` call it on a
 * fresh clone, where nothing is built yet.
 */
const root = join(import.meta.dirname, '..');
const [project = ''] = process.argv.slice(2);

requireNode();
ensureInstalled(root);
console.error(`Building ${project}, once …`);
process.exit(nx(root, ['run', `${project}:build`], { quiet: true }));
