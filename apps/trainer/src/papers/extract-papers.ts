import { PaperError, type PaperErrorCode, type PaperProblem } from '@groundglass/papers';
import type { ReviewRow } from '@groundglass/papers/review';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractInProcess } from './extract-process.js';
import { extractVersion, pictureFolders, type ExtractedDocument } from './extract-protocol.js';
import { hashFile, type PaperFile } from './find-papers.js';

/** Resource limits of a run. */
export interface ExtractRun {
  readonly out: string;
  readonly workers: number;
  readonly memoryMiB: number;
  readonly seconds: number;
  readonly mostPages: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
}

/** Progress of a run. */
export interface RunProgress {
  readonly name: string;
  readonly phase: 'text' | 'figures' | 'done' | 'cached' | 'failed';
  readonly done: number;
  readonly total: number;
  /** Finished documents, of how many. */
  readonly documents: number;
  readonly ofDocuments: number;
}

/** A problem with its file. */
export interface FileProblem extends PaperProblem {
  readonly file: string;
  /** Whether nothing of the file was usable. */
  readonly fatal: boolean;
}

/** Totals of a run. */
export interface ExtractedPapers {
  readonly rows: readonly ReviewRow[];
  readonly problems: readonly FileProblem[];
  readonly documents: number;
  readonly pages: number;
}

/** Cache folder, kept between runs. */
const cacheFolder = '.extract';

/**
 * Reads several documents in parallel, each in its own process. A document that was read before comes from the cache, so
 * that a stopped run can resume; one that fails affects only itself.
 */
export async function extractPapers(
  files: readonly PaperFile[],
  run: ExtractRun,
): Promise<ExtractedPapers> {
  await mkdir(join(run.out, cacheFolder), { recursive: true });
  const found: (ExtractedDocument | undefined)[] = files.map(() => undefined);
  const problems: FileProblem[] = [];
  const byHash = new Map<string, string>();
  let next = 0;
  let finished = 0;
  const isStopped = (): boolean => run.signal.aborted;
  const owners = await knownKeys(run.out);
  const worker = async (): Promise<void> => {
    while (next < files.length && !isStopped()) {
      const index = next++;
      const file = files[index]!;
      const progress = (phase: RunProgress['phase'], done = 0, total = 0): void => {
        run.onProgress({
          name: file.name,
          phase,
          done,
          total,
          documents: finished,
          ofDocuments: files.length,
        });
      };
      let staging: string | undefined;
      try {
        const sha256 = await hashFile(file.path).catch((error: unknown) => {
          throw new PaperError('PAPER_READ_FAILED', 'Expected a readable file', { cause: error });
        });
        const same = byHash.get(sha256);
        if (same !== undefined) {
          finished++;
          progress('cached');
          continue;
        }
        byHash.set(sha256, file.name);
        const cached = await readCache(run.out, sha256);
        if (cached) {
          found[index] = cached;
          finished++;
          progress('cached');
          continue;
        }
        staging = join(run.out, cacheFolder, `${sha256}.part`);
        await rm(staging, { recursive: true, force: true });
        const document = await extractInProcess(
          { type: 'extract', path: file.path, name: file.name, sha256, staging, ...bounds(run) },
          ({ phase, done, total }) => {
            progress(phase, done, total);
          },
          run.signal,
        );
        found[index] = await moveIn(run.out, staging, document, owners);
        finished++;
        progress('done');
      } catch (error) {
        const { code, message } = asPaperError(error);
        if (staging !== undefined) await rm(staging, { recursive: true, force: true });
        if (code === 'PAPER_CANCELLED' || isStopped()) return;
        finished++;
        problems.push({ file: file.name, code, message, page: null, fatal: true });
        progress('failed');
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(run.workers, files.length) }, worker));
  const documents = found.filter((document) => document !== undefined);
  for (const document of documents) {
    problems.push(
      ...document.problems.map((problem) => ({ ...problem, file: document.name, fatal: false })),
    );
  }
  problems.sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : (a.page ?? 0) - (b.page ?? 0),
  );
  return {
    rows: documents.flatMap(({ rows }) => rows),
    problems,
    documents: documents.length,
    pages: documents.reduce((sum, { pagesRead }) => sum + pagesRead, 0),
  };
}

function bounds({
  memoryMiB,
  seconds,
  mostPages,
}: ExtractRun): Pick<ExtractRun, 'memoryMiB' | 'seconds' | 'mostPages'> {
  return { memoryMiB, seconds, mostPages };
}

function asPaperError(error: unknown): { code: PaperErrorCode; message: string } {
  if (error instanceof PaperError) return error;
  return {
    code: 'PAPER_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
  };
}

async function readCache(out: string, sha256: string): Promise<ExtractedDocument | undefined> {
  try {
    const document = JSON.parse(
      await readFile(join(out, cacheFolder, `${sha256}.json`), 'utf8'),
    ) as ExtractedDocument;
    return document.version === extractVersion ? document : undefined;
  } catch {
    return undefined;
  }
}

/** The documents, by SHA-256, for each key at the start of picture names, including papers of earlier runs that are not read now. */
async function knownKeys(out: string): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (const name of await readdir(join(out, cacheFolder))) {
    if (!name.endsWith('.json')) continue;
    try {
      const text = await readFile(join(out, cacheFolder, name), 'utf8');
      const { rows, sha256 } = JSON.parse(text) as ExtractedDocument;
      const key = rows[0]?.document.key;
      if (key !== undefined) owners.set(key, sha256);
    } catch {
      // A damaged file is rewritten.
    }
  }
  return owners;
}

/** Names the document's pictures and stores the result. No two documents share a key. */
async function moveIn(
  out: string,
  staging: string,
  document: ExtractedDocument,
  owners: Map<string, string>,
): Promise<ExtractedDocument> {
  const wanted = document.rows[0]?.document.key;
  let key = wanted ?? '';
  const isTaken = (): boolean => (owners.get(key) ?? document.sha256) !== document.sha256;
  for (let i = 2; isTaken(); i++) key = `${wanted ?? ''}-${i}`;
  if (wanted !== undefined) owners.set(key, document.sha256);
  const finalPath = (path: string): string => path.replace('/', `/${key}-`);
  for (const folder of pictureFolders) {
    await mkdir(join(out, folder), { recursive: true });
    for (const name of await readdir(join(staging, folder)).catch(() => [])) {
      await rename(join(staging, folder, name), join(out, finalPath(`${folder}/${name}`)));
    }
  }
  const named: ExtractedDocument = {
    ...document,
    rows: document.rows.map((row) => ({
      ...row,
      id: `${key}-${row.id}`,
      document: { ...row.document, key },
      picture: { ...row.picture, path: finalPath(row.picture.path) },
      pageView: row.pageView && { ...row.pageView, path: finalPath(row.pageView.path) },
      panels: row.panels.map((panel) => ({
        ...panel,
        image: panel.image === null ? null : finalPath(panel.image),
      })),
    })),
  };
  const path = join(out, cacheFolder, `${document.sha256}.json`);
  await writeFile(`${path}.part`, JSON.stringify(named));
  await rename(`${path}.part`, path);
  await rm(staging, { recursive: true, force: true });
  return named;
}
