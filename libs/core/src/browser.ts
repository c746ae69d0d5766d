import { loadBrowserWasmCodec } from './formats/dicom/codecs/browser-wasm-codecs.js';
import { WasmCodecs } from './formats/dicom/codecs/wasm-codec.js';
import {
  openDicomSeries as openSeries,
  type DicomOptions,
  type DicomSeries,
  type NamedSource,
} from './formats/dicom/open-dicom.js';
import { openPicture } from './formats/picture/open-picture.browser.js';
import { browserInflate } from './formats/inflate/browser-inflate.js';
import { createOpenVolume, type OpenVolume } from './formats/open-volume.js';

const codecs = /* @__PURE__ */ new WasmCodecs(loadBrowserWasmCodec);

/**
 * Opens a CT file of any supported format, detected by its content, never by its name.
 *
 * @throws {CtError} `CT_EMPTY`, `CT_UNKNOWN_FORMAT`, or what the format's decoder throws.
 */
export const openVolume: OpenVolume = /* @__PURE__ */ createOpenVolume({
  inflate: browserInflate,
  codecs,
  openPicture,
});

/**
 * Opens the DICOM files of a folder as series: files of one Series Instance UID, size and orientation, sorted along the normal.
 * Unreadable files are listed in `problems` and named in the warnings.
 *
 * @throws {CtError} `CT_CANCELLED`.
 */
export function openDicomSeries(
  files: readonly NamedSource[],
  options: Omit<DicomOptions, 'codecs' | 'inflate'> = {},
): Promise<DicomSeries> {
  return openSeries(files, { ...options, codecs, inflate: browserInflate });
}

// The names are listed in common.ts.
export * from './common.js';
