// Apart from the schemas: pages that show warnings need no validator, which would be most of their script.

/** Things a user should know about a result; each is shown in words by the editor. */
export const warningCodes = [
  /** The picture has no Hounsfield units (PNG, JPEG): windows and thresholds are guesses. */
  'HU_LOST',
  /** The pixels went through a lossy codec. */
  'LOSSY_COMPRESSION',
  /** Colour was turned into grey by its luminance. */
  'COLOUR_TO_GREY',
  /** The file says nothing of the size of a pixel: no areas in mm². */
  'NO_SPACING',
  /** The file says nothing of the patient's orientation. */
  'NO_ORIENTATION',
  /** Gaps or repeats between the slice positions of a series. */
  'UNEVEN_SPACING',
  /** The scan is tilted against the slice axis. */
  'GANTRY_TILT',
  /** The modality in the header is not CT. */
  'NOT_CT',
  /** The model has not been trained: its probabilities mean nothing. */
  'MODEL_UNTRAINED',
  /** The server cannot say whether the model has been trained, as over the Open Inference Protocol alone. */
  'TRAINING_UNKNOWN',
] as const;
/** A code of {@link warningCodes}. */
export type WarningCode = (typeof warningCodes)[number];
