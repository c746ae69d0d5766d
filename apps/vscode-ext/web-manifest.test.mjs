import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { webManifest } from './web-manifest.mjs';

const root = import.meta.dirname;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const web = webManifest(manifest);

test('the manifest for browsers has a browser entry and none for Node', () => {
  expect(web).toMatchObject({ browser: './dist/web/extension.js' });
  for (const key of ['main', 'type']) expect(web).not.toHaveProperty(key);
});

test('every command offered in browsers is one that the web extension registers', () => {
  const source = ['src/web/extension.ts', 'src/compare/register-compare.ts']
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  const registered = [...source.matchAll(/'(groundglass\.\w+)':/g)].map(([, name]) => name);
  const offered = web.contributes.commands.map(
    (/** @type {{ command: string }} */ { command }) => command,
  );
  expect(offered.sort()).toEqual(registered.sort());
});

test('browsers open pictures, and have no gallery, view or tool that would need a process', () => {
  const viewTypes = web.contributes.customEditors.map(
    (/** @type {{ viewType: string }} */ { viewType }) => viewType,
  );
  expect(viewTypes).toEqual(['groundglass.ctPreview', 'groundglass.ctPreviewOptional']);
  for (const key of ['views', 'viewsContainers', 'languageModelTools', 'walkthroughs']) {
    expect(web.contributes).not.toHaveProperty(key);
  }
});

test('nothing starts in a browser before a picture is opened, or a comparison was open', () => {
  expect(web.activationEvents).toEqual(['onWebviewPanel:groundglass.comparison']);
});
