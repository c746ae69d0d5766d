/** Errors of training and its commands; files, datasets and models use core's codes. */
export const trainerErrorCatalogue = {
  TRAIN_BAD_OPTION: { advice: 'Correct the option; --help lists what each one takes.' },
  TRAIN_BAD_RECIPE: { advice: 'Correct the recipe, or the --set that changes it.' },
  TRAIN_DOWNLOAD_FAILED: {
    advice:
      '--url takes a mirror; "groundglass-trainer import-weights" reads a file that came another way.',
  },
  TRAIN_FILE_FAILED: {
    advice: 'Make room, or choose a folder that can be written; the same command goes on.',
  },
  TRAIN_NO_RUN: { advice: 'Check the folder: "groundglass-trainer train --out DIR" makes a run.' },
  TRAIN_RUN_IN_USE: { advice: 'Wait until the other process ends, or train into another folder.' },
  TRAIN_DIVERGED: { advice: 'Train again with the change that is named.' },
  TRAIN_OUT_OF_MEMORY: { advice: 'Train again with the change that is named.' },
  TRAIN_WRONG_WEIGHTS: {
    advice: 'Choose weights of this network; "groundglass-trainer fetch-weights" downloads them.',
  },
  TRAIN_PROVIDER_FAILED: { advice: 'Choose another --provider, or install what this one needs.' },
  TRAIN_ROUNDING_TOO_COARSE: { advice: 'Export with --precision float32.' },
  TRAIN_QUANTISED_TOO_FAR: {
    advice: 'Set the ranges on more --pictures, or serve the float model.',
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
