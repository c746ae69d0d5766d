// Separate from the schemas: pages that show warnings need no validator, which would be most of their script.

/** Things a user should know about a result; the editor has a text for each. */
export const warningCodes = [
  /** The values are grey and not Hounsfield units: windows and thresholds are guesses. */
  'HU_LOST',
  /** The stored values were Hounsfield units plus a constant, which was subtracted; `detail` names it. */
  'HU_OFFSET',
  /** The file does not say which values are black and white; they were taken from the values themselves. */
  'GREY_RANGE_GUESSED',
  /** The pixels went through a lossy codec. */
  'LOSSY_COMPRESSION',
  /** Colour was turned into grey by its luminance. */
  'COLOUR_TO_GREY',
  /** Coloured arrows, circles or letters are drawn on the picture; they may give the label away. */
  'COLOUR_MARKS',
  /** The file does not give the size of a pixel: no areas in mm². */
  'NO_SPACING',
  /** The file does not give the patient's orientation. */
  'NO_ORIENTATION',
  /** Gaps between the slice positions of a series, or repeated positions. */
  'UNEVEN_SPACING',
  /** Files of one series differ in Pixel Spacing; each size became a separate volume. */
  'MIXED_SPACING',
  /** The scan is tilted against the slice axis. */
  'GANTRY_TILT',
  /** The modality in the header is not CT. */
  'NOT_CT',
  /** The slices are coronal, sagittal or oblique; `detail` says which. */
  'NOT_AXIAL',
  /** The image is a localizer (scout, topogram) and not a slice of the scan. */
  'LOCALIZER',
  /** The image is a capture of a screen or a page, such as a dose report. */
  'SECONDARY_CAPTURE',
  /** The file holds several volumes (4D) and one of them is open; `detail` says which. */
  'OTHER_VOLUMES',
  /** The series holds several phases (acquisitions, time points, echoes); each became a separate volume. */
  'PHASES_SPLIT',
  /** A file repeats the SOP Instance UID of another one and was left out; `file` names it. */
  'DUPLICATE_FILE',
  /** A file of the series could not be read and was left out; `file` names it, `detail` says why. */
  'FILE_UNREADABLE',
  /** A file of the upload belongs to another volume (a phase, a localizer, coronal slices) and was left out; `file` names it, `detail` says why. */
  'FILE_LEFT_OUT',
  /** The header contradicts the data or the standard and was read as other readers do; `detail` says what. */
  'HEADER_REPAIRED',
  /** The code stream is of another kind than the transfer syntax says; `detail` names both. */
  'STREAM_MISMATCH',
  /** Bytes after the end of the compressed data were ignored. */
  'TRAILING_BYTES',
  /** The model has not been trained: its probabilities mean nothing. */
  'MODEL_UNTRAINED',
  /** The server cannot say whether the model has been trained, as over the Open Inference Protocol alone. */
  'TRAINING_UNKNOWN',
] as const;
/** A code of {@link warningCodes}. */
export type WarningCode = (typeof warningCodes)[number];

/** Something that may make a value wrong or a result less useful. */
export interface Warning {
  readonly code: WarningCode;
  /** Name of the file that it concerns, if the image came from several. */
  readonly file?: string | undefined;
  /** What was found, in a few words, without a path and without a patient's data. */
  readonly detail?: string | undefined;
}
