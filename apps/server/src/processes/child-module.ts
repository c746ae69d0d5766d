import { fileURLToPath } from 'node:url';

/**
 * The file of a child process, by its path under `src` without ending. A child is always the built one: Node 20 cannot
 * run TypeScript, so tests, which run this file from `src`, take the child from `dist`.
 */
export function childModule(name: string): string {
  const built = import.meta.url.includes('/dist/') ? '..' : '../../dist';
  return fileURLToPath(new URL(`${built}/${name}.js`, import.meta.url));
}
