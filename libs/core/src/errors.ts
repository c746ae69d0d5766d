/**
 * The catalogue of coded errors. Every failure that a user can cause carries one of these codes.
 *
 * `title` is what an editor shows above the message; `advice` is what the user can do about it. The server
 * gives each code its status; the trainer and libs/papers have codes of their own.
 */
export const errorCatalogue = {
  CT_EMPTY: { title: 'The file is empty', advice: 'Choose a file that has content.' },
  CT_UNKNOWN_FORMAT: {
    title: 'Not a CT image that Groundglass reads',
    advice: 'Supported: DICOM, NIfTI-1 and -2, MetaImage, PNG and JPEG.',
  },
  CT_NOT_CT: {
    title: 'Not a CT image',
    advice: 'Open a CT slice or series; other modalities have no Hounsfield units.',
  },
  CT_TRUNCATED: {
    title: 'The file ends too early',
    advice: 'Copy or download the file again.',
  },
  CT_CORRUPT: {
    title: 'The file is damaged',
    advice: 'Copy or download the file again, or export it once more from its source.',
  },
  CT_UNSUPPORTED: {
    title: 'The file uses a feature that Groundglass does not read',
    advice: 'Convert the file, for example with dcmdjpeg or dcm2niix.',
  },
  CT_NO_PIXELS: {
    title: 'The file has no pixels',
    advice: 'Choose a DICOM image object; this one holds other data.',
  },
  CT_TOO_LARGE: {
    title: 'The image is larger than the limit',
    advice: 'Open a smaller image, or raise the limit in the settings.',
  },
  CT_SLICE_RANGE: {
    title: 'There is no such slice',
    advice: 'Request a slice index from 0 to the number of slices minus one.',
  },
  CT_MISSING_COMPANION: {
    title: 'The file that holds the pixels is missing',
    advice: 'Put the .img, .raw or .zraw file next to its header.',
  },
  CT_MIXED_SERIES: {
    title: 'The files do not form one series',
    advice: 'Choose files of one series, all with the same size and orientation.',
  },
  CT_READ_FAILED: {
    title: 'The file could not be read',
    advice: 'Check that the file still exists and that you have permission to read it.',
  },
  CT_CANCELLED: {
    title: 'Cancelled',
    advice: 'Start again when you need the result.',
  },
  CT_BAD_REQUEST: {
    title: 'The request is invalid',
    advice: 'Correct the value named in the message.',
  },
  CT_BAD_DATASET: {
    title: 'The dataset is not as declared',
    advice: 'Fix the problem named in the message, or choose another dataset.',
  },
  CT_MODEL_NOT_FOUND: {
    title: 'There is no such model',
    advice: 'Check its name and its folder.',
  },
  CT_MODEL_INVALID: {
    title: 'The model cannot be used',
    advice: 'Export the model again with groundglass-trainer export.',
  },
  CT_NOT_FOUND: {
    title: 'The server has nothing at this address',
    advice: 'Check the address, and that the server is a Groundglass server.',
  },
  CT_UNAUTHORIZED: {
    title: 'The server requires a token',
    advice: 'Give the token that the server was started with.',
  },
  CT_FORBIDDEN: {
    title: 'The server does not allow this',
    advice: 'Use a host name that the server allows, and do not call it from another site.',
  },
  CT_UPLOAD_STALLED: {
    title: 'The upload stopped',
    advice: 'Send the file again.',
  },
  CT_UNREACHABLE: {
    title: 'The server does not answer',
    advice: 'Check that the server is running and that its address is correct.',
  },
  CT_OVERLOADED: {
    title: 'The server is busy',
    advice: 'Try again in a moment.',
  },
  CT_TIMEOUT: {
    title: 'The answer took too long',
    advice: 'Try again, or allow more time.',
  },
  CT_INFERENCE_FAILED: {
    title: 'The model could not be run',
    advice: 'Check the server log; your request was valid.',
  },
  CT_INTERNAL: {
    title: 'Something went wrong inside Groundglass',
    advice: 'Please report it and attach the log.',
  },
} as const satisfies Record<string, { title: string; advice: string }>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/**
 * An error that a user can understand and act on: a code of the catalogue and one sentence that names what was
 * expected and what was found. The sentence never contains a path, a host or a patient's data.
 */
export class CtError extends Error {
  override readonly name = 'CtError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Wraps what a third-party decoder threw; a `CtError` passes through unchanged. */
export function asCtError(error: unknown, code: ErrorCode, message: string): CtError {
  return error instanceof CtError ? error : new CtError(code, message, { cause: error });
}
