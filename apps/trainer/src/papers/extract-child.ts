import { PaperError } from '@groundglass/papers';
import { extractDocument } from './extract-document.js';
import type { ExtractAnswer, ExtractRequest } from './extract-protocol.js';

// Ctrl-C goes to all processes of a terminal; the parent ends this one.
process.on('SIGINT', () => undefined);

/**
 * Reads one PDF and exits: any damage that a document does to PDFium or to memory ends with this process.
 */
process.once('message', (request: ExtractRequest) => {
  void answer(request);
});

async function answer(request: ExtractRequest): Promise<void> {
  let reply: ExtractAnswer;
  try {
    reply = { type: 'done', document: await extractDocument(request, send) };
  } catch (error) {
    reply =
      error instanceof PaperError
        ? { type: 'failed', code: error.code, message: error.message }
        : /out of memory|allocation|Invalid array length|abort/i.test(String(error))
          ? {
              type: 'failed',
              code: 'PAPER_MEMORY',
              message: 'The document needs more memory than allowed',
            }
          : {
              type: 'failed',
              code: 'PAPER_INTERNAL',
              message: error instanceof Error ? error.message : String(error),
            };
  }
  process.send?.(reply, () => process.exit(0));
}

function send(message: ExtractAnswer): void {
  process.send?.(message);
}
