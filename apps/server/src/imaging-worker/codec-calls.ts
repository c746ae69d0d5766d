import type { OipDatatype } from '@groundglass/client';
import type { CtFormat, SliceScore, VolumeFacts, Window } from '@groundglass/core';
import type { ByteRef, Tensor } from '../tensors/tensor.js';
import type { InferCall } from '../oip/read-infer-request.js';

/** An uploaded CT file. */
export interface UploadedFile {
  readonly data: ByteRef;
  /** The file's name, if the upload has one; formats of two files need it. */
  readonly name: string | undefined;
  /** Files that came with it: the pixels of a `.mhd` header, or the other files of a DICOM series. */
  readonly companions: readonly { readonly name: string; readonly data: ByteRef }[];
}

export interface VolumeInfo extends VolumeFacts {
  readonly format: CtFormat;
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  /** File name of each slice, if the volume is made of several named files. */
  readonly files: readonly string[] | undefined;
}

type Crop = 'none' | 'chest';

/** A slice ready for the model. */
export interface PreparedSlice {
  readonly data: ByteRef;
  readonly shape: readonly [1, number, number];
  readonly window: Window | undefined;
  readonly huLost: boolean;
  /** What was done; `none` also if a crop was requested and nothing to crop to was found. */
  readonly cropped: Crop;
  readonly decodeMs: number;
}

/** Which slice of which open volume. */
export interface SliceRef {
  readonly session: string;
  readonly index: number;
  readonly crop: Crop;
}

interface OverlayStyleParams {
  /** For slices in HU; undefined for the lung window. */
  readonly window: Window | undefined;
  readonly opacity: number;
  readonly maskThreshold: number;
}

/** What the segmentation object records about the model that made it. */
interface SegmentationParams {
  readonly session: string;
  readonly model: { readonly name: string; readonly version: string };
  readonly maskThreshold: number;
  readonly spoolDir: string;
}

/** What a codec child does: everything that reads untrusted bytes or takes long on the event loop. */
export interface CodecCalls {
  /** Scores a made-up slice, so that the first request does not wait for libraries to load. */
  warmUp: { params: undefined; result: undefined };
  open: {
    params: {
      readonly session: string;
      readonly file: UploadedFile;
      /** Which volume of several; undefined for the first, where there is one series. */
      readonly volume: number | undefined;
      /** How to prepare a file's only slice at once, which saves a round trip. */
      readonly lone: { readonly crop: Crop; readonly spoolDir: string };
    };
    result: {
      readonly info: VolumeInfo;
      readonly decodeMs: number;
      /** Slice 0 if it is the only one; the caller removes its data. */
      readonly prepared: PreparedSlice | undefined;
    };
  };
  prepare: { params: SliceRef & { readonly spoolDir: string }; result: PreparedSlice };
  finish: {
    params: SliceRef & {
      /** The model's mask, `[1, 1, S, S]`. */
      readonly mask: Tensor;
      readonly probability: number;
      /** Null where the model has no such output. */
      readonly distance: number | null;
      readonly encodeMask: boolean;
      /** Keeps the slice for `overlay`. */
      readonly keepSlice: boolean;
      /** Keeps the mask for `segment`, cut at this probability. */
      readonly keepFrom: number | undefined;
    };
    result: SliceScore;
  };
  overlay: {
    params: SliceRef & {
      /** Undefined if the verdict is withheld: only the picture is drawn. */
      readonly mask: Tensor | undefined;
      readonly style: OverlayStyleParams;
      readonly spoolDir: string;
    };
    result: ByteRef;
  };
  segment: { params: SegmentationParams; result: ByteRef };
  close: { params: { readonly session: string }; result: undefined };
  readInfer: {
    params: { readonly header: ByteRef; readonly binary: ByteRef; readonly spoolDir: string };
    result: InferCall;
  };
  formatElements: {
    params: { readonly name: string; readonly datatype: OipDatatype; readonly data: ByteRef };
    result: Uint8Array;
  };
}
