import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { rooms } from '../rooms.mjs';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** The repository's commands, by the words used in documents, and the file behind each. */
const programs: readonly (readonly [words: string, file: string])[] = [
  ['groundglass-trainer', 'apps/trainer/dist/main.js'],
  ['groundglass-server', 'apps/server/dist/main.js'],
  ['npm start', 'tools/dist/start/cli.js'],
  ...['bench', 'coverage', 'fuzz', 'phantom', 'screenshots'].map(
    (name) => [`npm run ${name}`, `tools/dist/${name}/cli.js`] as const,
  ),
];

const documents = (await run('git', ['ls-files', '*.md'], { cwd: root })).stdout.trim().split('\n');
const commands = (
  await Promise.all(
    documents.map(async (file) =>
      commandsOf(await readFile(join(root, file), 'utf8')).map((command) => ({ file, command })),
    ),
  )
).flat();

describe('commands in the documents', () => {
  const own = commands.flatMap((documented) => {
    const program = programs.find(([words]) => documented.command.startsWith(words));
    return program ? [{ ...documented, program }] : [];
  });

  test('are found', () => {
    const called = new Set(own.map(({ program: [words] }) => words));
    expect([...called].sort()).toEqual(programs.map(([words]) => words).sort());
  });

  test.each(own.filter(({ command }) => optionsOf(command).length > 0))(
    '$command: its options are the program’s ($file)',
    async ({ command, program: [words, file] }) => {
      const help = await helpOf(file, command.slice(words.length).trim().split(/\s+/));
      for (const option of optionsOf(command))
        expect(help, `${option} in the help`).toMatch(new RegExp(`${option}(?![\\w-])`));
    },
  );

  test.each(commands.filter(({ command }) => /^npm (run|test|start)/.test(command)))(
    '$command: package.json has the script ($file)',
    ({ command }) => {
      const { scripts } = readJson('package.json') as { scripts: Record<string, string> };
      const [, first = '', second = ''] = command.split(/\s+/);
      expect(Object.keys(scripts)).toContain(first === 'run' ? second : first);
    },
  );

  test.each(commands.filter(({ command }) => /^nx (?!affected|run-many|sync)/.test(command)))(
    '$command: the room has the target ($file)',
    ({ command }) => {
      const [, target = '', room = ''] = command.split(/\s+/);
      const folder = room === 'tools' ? 'tools' : (rooms[room]?.folder ?? '');
      const { nx } = readJson(join(folder, 'package.json')) as {
        nx: { targets?: Record<string, unknown> };
      };
      expect([...Object.keys(nx.targets ?? {}), ...inferred]).toContain(target);
    },
  );

  test.each(commands.filter(({ command }) => command.startsWith('node ')))(
    '$command: the file is there ($file)',
    ({ file, command }) => {
      const [, script = ''] = command.split(/\s+/);
      const folders = [root, join(root, file, '..')];
      expect(folders.some((folder) => existsSync(join(folder, script)))).toBe(true);
    },
  );
});

/** Targets that Nx's plugins add to every room. */
const inferred = ['build', 'lint', 'test', 'typecheck'];

/** The commands of a document: lines of its shell blocks, and code spans; without `npx` and leading variables. */
function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```(?:sh|bash)\n([^]*?)^```/gm)].flatMap(([, block]) =>
    block!.replaceAll('\\\n', ' ').split('\n'),
  );
  const spans = [...markdown.replace(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, span]) => span!,
  );
  return [...blocks, ...spans].flatMap((line) => {
    const command = line.trim().replace(/^(?:[A-Z_]+=\S+ )*(?:npx )?/, '');
    return /^(?:npm|nx|node|groundglass-[a-z]+) \S/.test(command) ? [command] : [];
  });
}

/** The options of a command; every program has `--help`. */
function optionsOf(command: string): string[] {
  const options = [...command.matchAll(/(?<=\s)--[a-z][\w-]*/g)].map(([option]) => option);
  return options.filter((option) => option !== '--help');
}

const helps = new Map<string, Promise<string>>();

/** The `--help` text of the command that the words name, or of its subcommand. */
async function helpOf(file: string, words: readonly string[], above: readonly string[] = []) {
  const key = [file, ...above].join(' ');
  const known = helps.get(key) ?? askHelp(file, above);
  helps.set(key, known);
  const help = await known;
  const [next = ''] = words;
  const isBelow = /^[a-z][a-z-]*$/.test(next) && new RegExp(`^  ${next}\\b`, 'm').test(help);
  if (!isBelow || !help.includes('Commands:')) return help;
  return helpOf(file, words.slice(1), [...above, next]);
}

async function askHelp(file: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, file), ...words, '--help'], {
    cwd: root,
  });
  return stdout;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
