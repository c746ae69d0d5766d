/** A display window over Hounsfield units (or over grey 0–1 where these are lost). */
export interface Window {
  /** Value in the middle. */
  readonly center: number;
  /** Distance from black to white, more than 0. */
  readonly width: number;
  /** What the header or the preset calls it. */
  readonly name?: string;
}

/** The windows that radiologists use for the chest. */
export const windowPresets = {
  lung: { center: -600, width: 1500, name: 'Lung' },
  mediastinum: { center: 40, width: 400, name: 'Mediastinum' },
  bone: { center: 400, width: 1800, name: 'Bone' },
} as const satisfies Record<string, Window>;

/** What the model sees: [-1250, 250] HU. */
export const modelWindow = { center: -500, width: 1500, name: 'Model' } as const satisfies Window;

/**
 * Maps a value to [0, 1]: `clamp((value - (center - width / 2)) / width, 0, 1)`.
 *
 * LINEAR_EXACT (DICOM PS3.3 C.11.2.1.3.2), not the default LINEAR with its `width - 1`.
 *
 * @throws {RangeError} when `width` is not more than 0.
 */
export function applyWindow(value: number, { center, width }: Window): number {
  if (!(width > 0)) throw new RangeError(`Expected width > 0, got ${width}`);
  return Math.min(1, Math.max(0, (value - (center - width / 2)) / width));
}
