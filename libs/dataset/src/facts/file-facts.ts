import type { CtFormat, PixelUnit } from '@groundglass/core';

/** What a file's header says about the patient and the scan; fields that the header lacks are missing. */
export interface ScanHeader {
  readonly patient?: string;
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly instanceNumber?: number;
  readonly modality?: string;
  readonly sex?: string;
  /** In years. */
  readonly age?: number;
  readonly studyDate?: string;
  readonly bodyPart?: string;
  readonly manufacturer?: string;
  readonly kernel?: string;
  /** Millimetres along the slice axis of the first slice. */
  readonly position?: number;
  /** Millimetres between slices. */
  readonly spacing?: number;
  /** Whether the slices are axial within 45°; missing if the file does not say. */
  readonly axial?: boolean;
  /** "YES" if the header says that text is burned into the pixels. */
  readonly burnedIn?: string;
}

/** Facts about one slice's pixels. */
export interface SliceFacts {
  readonly pixelHash: string;
  /** Lowest, highest and mean value: Hounsfield units, or grey 0–1. */
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  /** Different values, counted up to 17. */
  readonly levels: number;
  /** Share of pixels that are not 0. */
  readonly nonZero: number;
}

/** Facts about a file that holds a CT image, its pixels included. Serialised as JSON in the cache. */
export interface FileFacts {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  /** Companion files that hold its pixels, such as `.raw` next to `.mhd`. */
  readonly companions?: readonly {
    readonly path: string;
    readonly size: number;
    readonly modified: number;
  }[];
  readonly sha256: string;
  readonly format: CtFormat;
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly unit: PixelUnit;
  /** Channels of a PNG or JPEG, as stored. */
  readonly channels: number | null;
  /** Bits per channel. */
  readonly depth: number | null;
  readonly warnings: readonly string[];
  readonly header: ScanHeader;
  readonly slices: readonly SliceFacts[];
}

/** Why a file could not be read. */
export interface FileFailure {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly code: string;
  readonly problem: string;
}
