// Separate from the schemas, like the warning codes: pages that show them need no validator.

/** Why there is no verdict: the model cannot judge the picture. The editor has a text for each. */
export const withheldCodes = [
  /** The file says that it is not a CT, or the picture has colours that no CT has. */
  'NOT_CT',
  /** The slices are not axial. */
  'NOT_AXIAL',
  /** The picture does not show a chest: no body with air around it that has lungs where a chest has them. */
  'NOT_CHEST',
  /** No lung was found, or not enough of it. */
  'NO_LUNG',
  /** The lesion mask covers what no lesion covers, such as most of the picture. */
  'IMPLAUSIBLE_MASK',
  /** The model's features are farther from those of its training data than validation pictures' are. */
  'UNLIKE_TRAINING',
] as const;
/** A code of {@link withheldCodes}. */
export type WithheldCode = (typeof withheldCodes)[number];
