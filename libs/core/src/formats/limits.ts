/** How much memory a file may make us allocate; every decoder checks before it allocates. */
export interface Limits {
  /** Pixels of a volume over all its slices. */
  readonly volumePixels: number;
  /** Pixels of one PNG or JPEG. */
  readonly imagePixels: number;
  /** Bytes that compressed data may inflate to, by the declared shape. */
  readonly inflatedBytes: number;
  /** Inflated bytes per compressed byte; deflate itself cannot exceed 1032. */
  readonly inflationRatio: number;
  /** Inflated bytes that all open volumes of a process keep together, so that going back does not inflate from the start. */
  readonly keptInflatedBytes: number;
}

/** The default limits. */
export const defaultLimits: Limits = {
  volumePixels: 512 * 1024 * 1024,
  imagePixels: 64 * 1024 * 1024,
  inflatedBytes: 8 * 1024 ** 3,
  inflationRatio: 1100,
  keptInflatedBytes: 512 * 1024 * 1024,
};
