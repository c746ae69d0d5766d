/** What can go wrong with a paper: `title` is shown above the message, `advice` says what to do about it. */
export const paperErrorCatalogue = {
  PAPER_NOT_PDF: {
    title: 'Not a PDF',
    advice: 'Choose PDF files; save other formats as PDF first.',
  },
  PAPER_ENCRYPTED: {
    title: 'The PDF is encrypted',
    advice: 'Remove the password with the program that set it, then extract again.',
  },
  PAPER_CORRUPT: { title: 'The PDF is damaged', advice: 'Download the file again.' },
  PAPER_TRUNCATED: {
    title: 'The PDF ends too early',
    advice: 'Download the file again; the pages it holds were read.',
  },
  PAPER_TOO_LARGE: {
    title: 'The PDF is larger than the limit',
    advice: 'Split the file, or raise the named limit.',
  },
  PAPER_TIMEOUT: {
    title: 'The PDF took too long',
    advice: 'Raise --seconds; the pages read so far are in the output.',
  },
  PAPER_MEMORY: {
    title: 'The PDF needs more memory than allowed',
    advice: 'Raise --memory; the pages read so far are in the output.',
  },
  PAPER_PAGE_FAILED: {
    title: 'A page could not be read',
    advice: 'Look at the page in a PDF viewer; the other pages were read.',
  },
  PAPER_IMAGE_FAILED: {
    title: 'An image could not be read',
    advice: 'Look at the page in a PDF viewer; the other images were read.',
  },
  PAPER_NO_UNICODE: {
    title: 'The text of a page cannot be read',
    advice: 'Its fonts have no Unicode map: figures on this page are labelled in review.',
  },
  PAPER_HAS_SCRIPT: {
    title: 'The PDF holds scripts',
    advice: 'Nothing to do: scripts are never run.',
  },
  PAPER_SCANNED: {
    title: 'A page is a scan',
    advice:
      'Figures are cut from the scan and labelled in review; a text layer (OCR) would give captions.',
  },
  PAPER_NO_FIGURES: {
    title: 'No figures were found',
    advice: 'Nothing to do if the paper has none.',
  },
  PAPER_READ_FAILED: {
    title: 'The file could not be read',
    advice: 'Check that the file exists and that you have permission to read it.',
  },
  PAPER_CANCELLED: {
    title: 'Cancelled',
    advice: 'Run the command again: it continues where it stopped.',
  },
  PAPER_INTERNAL: {
    title: 'Something went wrong inside Groundglass',
    advice: 'Please report it and attach the file.',
  },
} as const satisfies Record<string, { title: string; advice: string }>;

/** A code of {@link paperErrorCatalogue}. */
export type PaperErrorCode = keyof typeof paperErrorCatalogue;

/** A failure of one document or of one page. The message says what was expected and what was found, never a path. */
export class PaperError extends Error {
  override readonly name = 'PaperError';

  constructor(
    readonly code: PaperErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A part that failed although the rest of the document was read. */
export interface PaperProblem {
  readonly code: PaperErrorCode;
  readonly message: string;
  /** From 1; null for the whole document. */
  readonly page: number | null;
}
