import type { Warning } from './warning-codes.js';
import type { Window } from '../imaging/window.js';

/** The file formats that `openVolume` detects by content. */
export type CtFormat = 'png' | 'jpeg' | 'dicom' | 'nifti' | 'metaimage';

/** What a pixel's number means: Hounsfield units, or grey from 0 (black) to 1 (white) if these are lost. */
export type PixelUnit = 'HU' | 'grey';

/** A vector in the patient's coordinates of DICOM: x to the patient's left, y to the back, z to the head (LPS), in mm. */
export type Vector3 = readonly [x: number, y: number, z: number];

/** Where the pixels are in the patient; DICOM PS3.3 C.7.6.2.1.1. */
export interface Geometry {
  /** Millimetres between the centres of neighbouring columns, rows and slices. */
  readonly spacing: { readonly column: number; readonly row: number; readonly slice: number };
  /** Unit vector along which the column index grows (first half of Image Orientation (Patient)). */
  readonly rowDirection: Vector3;
  /** Unit vector along which the row index grows (second half of Image Orientation (Patient)). */
  readonly columnDirection: Vector3;
  /** Unit vector along which the slice index grows. */
  readonly sliceDirection: Vector3;
  /** Centre of the first pixel of slice 0. */
  readonly origin: Vector3;
}

/** The slices' orientation in the patient: `oblique` if the normal is more than 45° from all three axes. */
export type SliceView = 'axial' | 'coronal' | 'sagittal' | 'oblique';

/** How the image was made, according to the header; null or empty if unknown. */
export interface Acquisition {
  /** DICOM's Modality: CT, MR, PT, SEG, … */
  readonly modality: string | null;
  /** DICOM's Image Type, such as `ORIGINAL`, `PRIMARY`, `LOCALIZER`. */
  readonly imageType: readonly string[];
  /** DICOM's Body Part Examined, such as `CHEST`. */
  readonly bodyPart: string | null;
}

/** One line of a file's header, for the metadata panel. */
export interface MetadataEntry {
  /** DICOM tag as `(gggg,eeee)`, or the field's name in the other formats. */
  readonly key: string;
  /** The attribute's name in the standard. */
  readonly name: string;
  readonly value: string;
  /** True if the value can identify the patient (DICOM PS3.15 annex E, basic profile). */
  readonly identifying: boolean;
}

/** A slice in its own colours: `rows * columns * 4` bytes of red, green, blue and alpha. */
export interface RgbaPicture {
  readonly columns: number;
  readonly rows: number;
  readonly data: Uint8ClampedArray;
}

/** One decoded slice, row by row from the top left corner. */
export interface CtSlice {
  readonly index: number;
  readonly columns: number;
  readonly rows: number;
  readonly unit: PixelUnit;
  /** `rows * columns` values. Padding outside of the reconstruction circle is -1024 HU or less. */
  readonly pixels: Float32Array;
}

/**
 * A CT image of one or more slices, in the usual axial view if the file gives its orientation: the patient's right on the
 * left of the picture, the spine at the bottom. Slices are sorted along the normal and decoded on demand.
 */
export interface CtVolume {
  readonly format: CtFormat;
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly unit: PixelUnit;
  /** Pixel size alone, if the file has it but no orientation. */
  readonly pixelSpacing: { readonly column: number; readonly row: number } | undefined;
  readonly geometry: Geometry | undefined;
  /** The windows that the header proposes, first is default. */
  readonly windows: readonly Window[];
  readonly warnings: readonly Warning[];
  readonly metadata: readonly MetadataEntry[];
  /** Null if the file does not give its orientation. */
  readonly view: SliceView | null;
  readonly acquisition: Acquisition;
  /** Name of the file that holds slice `i`; null if all slices come from one file. */
  readonly sliceFiles: readonly string[] | null;
  /** The file's values that map to grey 0 and grey 1, for display; null in HU. */
  readonly greyRange: { readonly black: number; readonly white: number } | null;
  /** Which volume of a file with several (4D) this is; null if the file holds one. */
  readonly timePoint: { readonly index: number; readonly count: number } | null;
  /** The picture's own colours, if the grey pixels were made from them and they are still in memory; else null. */
  readonly colours: ((index: number) => Promise<RgbaPicture>) | null;
  /**
   * Decodes one slice, and only that one if the format allows it.
   *
   * @throws {CtError} `CT_SLICE_RANGE`, `CT_TRUNCATED`, `CT_CORRUPT`, `CT_UNSUPPORTED`, `CT_CANCELLED`.
   */
  slice(index: number, signal?: AbortSignal): Promise<CtSlice>;
}
