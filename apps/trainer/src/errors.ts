/** Errors of training and its commands; files, datasets and models use core's codes. */
export const trainerErrorCatalogue = {
  TRAIN_BAD_OPTION: { advice: 'Correct the option; --help lists the values it accepts.' },
  TRAIN_BAD_RECIPE: { advice: 'Correct the recipe, or the --set that changes it.' },
  TRAIN_DOWNLOAD_FAILED: {
    advice:
      'Give a mirror with --url, or import a file you downloaded with "groundglass-trainer import-weights".',
  },
  TRAIN_FILE_FAILED: {
    advice: 'Free disk space, or choose a writable folder; the same command then continues.',
  },
  TRAIN_NO_RUN: {
    advice: 'Check the folder: "groundglass-trainer train --out DIR" creates a run.',
  },
  TRAIN_RUN_IN_USE: { advice: 'Wait until the other process ends, or train into another folder.' },
  TRAIN_DIVERGED: { advice: 'Train again with the suggested change.' },
  TRAIN_OUT_OF_MEMORY: { advice: 'Train again with the suggested change.' },
  TRAIN_WRONG_WEIGHTS: {
    advice: 'Choose weights of this network; "groundglass-trainer fetch-weights" downloads them.',
  },
  TRAIN_PROVIDER_FAILED: { advice: 'Choose another --provider, or install what this one needs.' },
  TRAIN_ROUNDING_TOO_COARSE: { advice: 'Export with --precision float32.' },
  TRAIN_QUANTISED_TOO_FAR: {
    advice: 'Set the ranges with more --pictures, or serve the float model.',
  },
} as const satisfies Record<string, { advice: string }>;

/** A code of {@link trainerErrorCatalogue}. */
export type TrainerErrorCode = keyof typeof trainerErrorCatalogue;

/** A failure that the user can fix; the message states the expected and the received value. */
export class TrainerError extends Error {
  override readonly name = 'TrainerError';

  constructor(
    readonly code: TrainerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
