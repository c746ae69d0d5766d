import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../server.fixture.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');
const page = await readFile(join(root, 'docs/calling-the-server.md'), 'utf8');
const blocks = [...page.matchAll(/^```(sh|python|java|ts|tritonclient)\n([\s\S]*?)^```$/gm)].map(
  ([, language, code]) => ({
    language: language as keyof typeof tools,
    code: code!,
    title: code!.trim().split('\n')[0]!,
  }),
);

/** Path of each language's tool on Debian; the shell blocks need curl. */
const tools = {
  sh: '/usr/bin/curl',
  python: '/usr/bin/python3',
  java: '/usr/bin/java',
  /** A Python with that package installed; GROUNDGLASS_TRITONCLIENT_PYTHON is its path. */
  tritonclient: process.env.GROUNDGLASS_TRITONCLIENT_PYTHON ?? '/nowhere/python-with-tritonclient',
  ts: process.execPath,
};

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer({ copied: ['lesion-rule'], samples: join(root, 'samples') });
  // Inside the workspace, so that the examples resolve its packages.
  await mkdir(join(root, 'apps/server/test-output'), { recursive: true });
  folder = await mkdtemp(join(root, 'apps/server/test-output/example-'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The page's code with this server's ports. */
function pointed(code: string): string {
  return code
    .replaceAll('http://127.0.0.1:8808', server.url)
    .replaceAll('127.0.0.1:8808', new URL(server.url).host)
    .replaceAll('127.0.0.1:8809', server.grpcAddress!);
}

const fileNames = {
  python: 'score.py',
  tritonclient: 'triton.py',
  java: 'Score.java',
  ts: 'score.mjs',
};

async function execute(language: keyof typeof tools, code: string): Promise<string> {
  const options = { cwd: root };
  if (language === 'sh') return (await run('/bin/sh', ['-ec', code], options)).stdout;
  const path = join(folder, fileNames[language]);
  await writeFile(path, code);
  return (await run(tools[language], [path], options)).stdout;
}

describe('docs/calling-the-server.md', () => {
  test('has examples in curl, Python, Java and TypeScript', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(
      new Set(['sh', 'python', 'java', 'ts', 'tritonclient']),
    );
  });

  for (const { language, code, title } of blocks) {
    test.skipIf(!existsSync(tools[language]))(
      `${language}: ${title} (skipped where ${tools[language].split('/').at(-1)!} is missing)`,
      async () => {
        const output = await execute(language, pointed(code));
        expect(output).not.toContain('"error"');
        if (!code.includes('-o ')) expect(output.trim()).not.toBe('');
      },
    );
  }
});
