import { PaperError } from '@groundglass/papers';
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ExtractAnswer, ExtractedDocument, ExtractRequest } from './extract-protocol.js';

/** Interval of memory checks, in milliseconds. */
const watchEvery = 500;

/**
 * Reads one document in its own process and kills that process if it takes too long or too much memory.
 *
 * @throws {PaperError} what the child reports; `PAPER_TIMEOUT`, `PAPER_MEMORY` if it was killed; `PAPER_CANCELLED`.
 */
export function extractInProcess(
  request: ExtractRequest,
  onProgress: (progress: Extract<ExtractAnswer, { type: 'progress' }>) => void,
  signal: AbortSignal,
): Promise<ExtractedDocument> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./extract-child.js', import.meta.url), {
      execArgv: [`--max-old-space-size=${Math.max(128, Math.floor(request.memoryMiB * 0.6))}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener('abort', cancel);
      child.kill('SIGKILL');
      finish();
    };
    const fail = (error: PaperError): void => {
      settle(() => {
        reject(error);
      });
    };
    const cancel = (): void => {
      fail(new PaperError('PAPER_CANCELLED', 'Extraction was cancelled'));
    };
    // The child stops between pages; a page that never ends is killed here.
    const timer = setTimeout(
      () => {
        fail(
          new PaperError(
            'PAPER_TIMEOUT',
            `Expected at most ${request.seconds} s for a document, one page took longer`,
          ),
        );
      },
      (request.seconds * 1.5 + 20) * 1000,
    );
    const watch = setInterval(() => {
      const used = residentMiB(child);
      if (used !== undefined && used > request.memoryMiB * 1.5) {
        fail(
          new PaperError(
            'PAPER_MEMORY',
            `Expected at most ${request.memoryMiB} MiB for a document, it took ${Math.round(used)}`,
          ),
        );
      }
    }, watchEvery);
    signal.addEventListener('abort', cancel, { once: true });
    child.on('message', (answer: ExtractAnswer) => {
      switch (answer.type) {
        case 'progress':
          onProgress(answer);
          return;
        case 'done':
          settle(() => {
            resolve(answer.document);
          });
          return;
        case 'failed':
          fail(new PaperError(answer.code, answer.message));
          return;
        default:
          answer satisfies never;
      }
    });
    child.once('error', (error) => {
      fail(
        new PaperError(
          'PAPER_INTERNAL',
          `The reading process could not be started: ${error.message}`,
        ),
      );
    });
    child.once('exit', (code, endSignal) => {
      // V8 aborts at its heap limit with SIGABRT or code 134.
      fail(
        endSignal === 'SIGABRT' || code === 134
          ? new PaperError(
              'PAPER_MEMORY',
              `Expected at most ${request.memoryMiB} MiB for a document, it needs more`,
            )
          : new PaperError(
              'PAPER_INTERNAL',
              `The reading process ended with ${endSignal ?? `exit code ${code ?? '?'}`}`,
            ),
      );
    });
    if (signal.aborted) cancel();
    else child.send(request);
  });
}

/** Memory of a process, from Linux' `/proc`; undefined elsewhere, where PDFium's and V8's own limits apply. */
function residentMiB({ pid }: ChildProcess): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid ?? 0}/statm`, 'utf8').split(' ')[1]);
    return (pages * 4096) / 1024 / 1024;
  } catch {
    return undefined;
  }
}
