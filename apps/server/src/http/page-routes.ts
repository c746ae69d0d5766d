import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router, static as serveStatic, type Response } from 'express';
import { docsPage } from '../docs/docs-page.js';
import { openApiDocument } from '../docs/openapi.js';
import { fileRoute } from './request-context.js';

/** Pages and their scripts, which hold nothing secret: the playground and the API description. */
export function pageRoutes(): Router {
  const router = Router();
  const document = openApiDocument();
  const page = docsPage(document);
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.get('/docs', (_req, res) => {
    res.type('html').send(page);
  });
  const playground = playgroundFolder();
  if (playground !== undefined) {
    router.use(
      serveStatic(playground, {
        dotfiles: 'ignore',
        redirect: false,
        fallthrough: true,
        setHeaders: named('/:file'),
      }),
    );
  } else {
    // Optional: the API works without the page.
    router.get('/', (_req, res) => {
      res.redirect('/docs');
    });
  }
  return router;
}

/** Files that a browser can open alone, so no masks or texts. */
const samplePattern = /^(?!.*\.mask\.)[\w][\w .-]*\.(?:png|jpe?g|dcm|nii|nii\.gz|mha)$/i;

/** `/samples/index.json` and the files that it lists. */
export function sampleRoutes(folder: string): Router {
  const router = Router();
  router.get('/index.json', async (_req, res) => {
    const names = (await readdir(folder)).filter((name) => samplePattern.test(name)).sort();
    res.json(names.map((name) => ({ name, url: `samples/${encodeURIComponent(name)}` })));
  });
  const files = serveStatic(folder, {
    dotfiles: 'ignore',
    index: false,
    redirect: false,
    setHeaders: named('/samples/:file'),
  });
  router.use((req, res, next) => {
    if (samplePattern.test(decodeURIComponent(req.path.slice(1)))) files(req, res, next);
    else next();
  });
  return router;
}

/** Names the route of a static folder's files, for metrics and logs. */
const named =
  (route: string) =>
  (res: Response): void => {
    res.locals[fileRoute] = route;
  };

/** The page that apps/playground builds; undefined if it is not there, as in the VS Code extension. */
function playgroundFolder(): string | undefined {
  try {
    const page = fileURLToPath(import.meta.resolve('@groundglass/playground/index.html'));
    return existsSync(page) ? dirname(page) : undefined;
  } catch {
    return undefined;
  }
}
