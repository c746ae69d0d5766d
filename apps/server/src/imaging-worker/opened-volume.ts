import { open, type FileHandle } from 'node:fs/promises';
import {
  CtError,
  bytesSource,
  encodePng,
  fileSource,
  inspectSlice,
  openVolume,
  overlayMask,
  placeMask,
  scoreSlice,
  toModelInput,
  windowPresets,
  windowSliceToBytes,
  sniffFormat,
  sniffLength,
  type ByteSource,
  type CropBox,
  type CtSlice,
  type CtVolume,
  type PictureSize,
  type SliceInspection,
  type SliceScore,
  type Warning,
} from '@groundglass/core';
import { readRefNow, toRef } from '../tensors/byte-ref.js';
import type { ByteRef, Tensor } from '../tensors/tensor.js';
import type {
  CodecCalls,
  PreparedSlice,
  SliceRef,
  UploadedFile,
  VolumeInfo,
} from './codec-calls.js';
import { openUploadedSeries } from './open-uploaded-series.js';
import type { SegmentedSlice } from './write-segmentation.js';

interface Decoded {
  readonly slice: CtSlice;
  readonly cropBox: CropBox;
  /** Undefined until {@link OpenedVolume.prepare} had time for it. */
  inspection: SliceInspection | undefined;
}

/** The volume of a prediction. Slices are decoded on demand and dropped when finished. */
export class OpenedVolume {
  readonly #decoded = new Map<number, Decoded>();
  readonly #kept = new Map<number, SegmentedSlice>();
  readonly #volume: CtVolume;
  /** The file that holds slice `i`. */
  readonly #fileOf: (index: number) => ByteRef;
  /** File name of each slice, if there are several files. */
  readonly #files: readonly string[] | undefined;
  readonly #handles: readonly FileHandle[];
  readonly #warnings: readonly Warning[];

  private constructor(
    volume: CtVolume,
    fileOf: (index: number) => ByteRef,
    files: readonly string[] | undefined,
    handles: readonly FileHandle[],
    warnings: readonly Warning[],
  ) {
    this.#volume = volume;
    this.#fileOf = fileOf;
    this.#files = files;
    this.#handles = handles;
    this.#warnings = warnings;
  }

  /**
   * @param chosen which volume of several, from 0; undefined for the first.
   * @throws {CtError} what `openVolume` of core throws, `CT_MIXED_SERIES` for several series.
   */
  static async open(file: UploadedFile, chosen?: number): Promise<OpenedVolume> {
    const handles: FileHandle[] = [];
    const opened = new Map<ByteRef, Promise<ByteSource>>();
    const openRef = async (ref: ByteRef): Promise<ByteSource> => {
      if (ref instanceof Uint8Array) return bytesSource(ref);
      const handle = await open(ref.path, 'r');
      handles.push(handle);
      return fileSource(handle);
    };
    const source = (ref: ByteRef): Promise<ByteSource> => {
      const known = opened.get(ref) ?? openRef(ref);
      opened.set(ref, known);
      return known;
    };
    try {
      const files = withOwnNames([{ name: file.name ?? '', data: file.data }, ...file.companions]);
      if (files.length > 1 && (await hasDicom(files, source))) {
        const sources = files.map(async ({ name, data }) => ({ name, source: await source(data) }));
        const series = await openUploadedSeries(await Promise.all(sources), chosen);
        const { volume, files: names, warnings } = series;
        const dataOf = new Map(files.map(({ name, data }) => [name, data]));
        const fileOf = (index: number): ByteRef => dataOf.get(names[index]!)!;
        return new OpenedVolume(volume, fileOf, names, handles, warnings);
      }
      const used = new Set<ByteRef>();
      const volume = await openVolume(await source(file.data), {
        ...(file.name === undefined ? {} : { name: file.name }),
        ...(chosen === undefined ? {} : { timePoint: chosen }),
        companion: async (name) => {
          const found = file.companions.find((each) => each.name === name);
          if (found) used.add(found.data);
          return found && source(found.data);
        },
      });
      const unused = file.companions.length - used.size;
      if (unused > 0) {
        // An answer for the first alone would look like one for all.
        throw new CtError(
          'CT_BAD_REQUEST',
          `Expected one CT file, a header with its pixels or the files of a DICOM series, got ${unused} more that do not belong to the first`,
        );
      }
      return new OpenedVolume(volume, () => file.data, undefined, handles, volume.warnings);
    } catch (error) {
      await Promise.all(handles.map((handle) => handle.close()));
      throw error;
    }
  }

  get info(): VolumeInfo {
    const { format, columns, rows, sliceCount, view, acquisition } = this.#volume;
    const files = this.#files;
    const warnings = this.#warnings;
    return { format, columns, rows, sliceCount, warnings, view, acquisition, files };
  }

  async prepare(params: CodecCalls['prepare']['params']): Promise<PreparedSlice> {
    const started = performance.now();
    const slice = await this.#volume.slice(params.index);
    const { data, shape, window, huLost, cropBox, crop } = toModelInput(slice, {
      crop: params.crop,
    });
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const ref = toRef(bytes, params.spoolDir);
    const decoded: Decoded = { slice, cropBox, inspection: undefined };
    this.#decoded.set(params.index, decoded);
    // After the answer is sent: finds the lungs while the model runs, on a free core or alongside it.
    setTimeout(() => {
      decoded.inspection ??= inspectSlice(slice);
    }, 1);
    return {
      data: ref,
      shape,
      window,
      huLost,
      cropped: crop,
      decodeMs: performance.now() - started,
    };
  }

  finish(params: CodecCalls['finish']['params']): SliceScore {
    const { slice, cropBox, inspection } = this.#of(params);
    const { probability, distance, index } = params;
    const { mask, size } = readMask(params.mask);
    if (!params.keepSlice) this.#decoded.delete(index);
    if (params.keepFrom !== undefined) {
      const placed = placeMask(mask, size, cropBox, slice);
      this.#kept.set(index, { index, lesion: cut(placed, params.keepFrom) });
    }
    const outputs = { probability, mask, maskSize: size, distance };
    return scoreSlice(slice, cropBox, outputs, {
      withMask: params.encodeMask,
      file: this.#files?.[index],
      inspection,
    });
  }

  overlay(params: CodecCalls['overlay']['params']): ByteRef {
    const { slice, cropBox } = this.#of(params);
    this.#decoded.delete(params.index);
    const { window, opacity, maskThreshold } = params.style;
    const shown = slice.unit === 'HU' ? (window ?? windowPresets.lung) : { center: 0.5, width: 1 };
    const { columns, rows } = slice;
    const picture = { columns, rows, pixels: windowSliceToBytes(slice, shown) };
    const seen = params.mask && readMask(params.mask);
    const placed = seen
      ? placeMask(seen.mask, seen.size, cropBox, slice)
      : new Float32Array(columns * rows);
    const rgba = overlayMask(picture, placed, {
      opacity,
      threshold: maskThreshold,
    });
    return toRef(encodePng({ columns, rows, channels: 4, data: rgba }), params.spoolDir);
  }

  async segment(params: CodecCalls['segment']['params']): Promise<ByteRef> {
    if (this.#volume.format !== 'dicom') {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected a DICOM file for a DICOM segmentation, got ${this.#volume.format}`,
      );
    }
    const slices = [...this.#kept.values()].sort((a, b) => a.index - b.index);
    const sources = new Map<ByteRef, Uint8Array>();
    for (const { index } of slices) {
      const file = this.#fileOf(index);
      if (!sources.has(file)) sources.set(file, readRefNow(file));
    }
    const sourceOf = (index: number): Uint8Array => sources.get(this.#fileOf(index))!;
    // Loaded on demand: its library takes more memory than all other decoders together.
    const { writeSegmentation } = await import('./write-segmentation.js');
    const bytes = writeSegmentation(sourceOf, this.#volume, slices, params);
    return toRef(bytes, params.spoolDir);
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.close()));
  }

  #of({ index }: SliceRef): Decoded {
    const decoded = this.#decoded.get(index);
    if (!decoded) throw new Error('The slice was not prepared in this process');
    return decoded;
  }
}

function cut(placed: Float32Array, threshold: number): Uint8Array {
  return Uint8Array.from(placed, (probability) => (probability >= threshold ? 1 : 0));
}

/** Whether an upload contains a DICOM series, whatever its other files and their order. */
async function hasDicom(
  files: readonly { readonly data: ByteRef }[],
  source: (ref: ByteRef) => Promise<ByteSource>,
): Promise<boolean> {
  for (const { data } of files) {
    const file = await source(data);
    if (sniffFormat(await file.read(0, Math.min(file.size, sniffLength))) === 'dicom') return true;
  }
  return false;
}

/** Numbers repeated file names of an upload, since results and warnings refer to files by name. */
function withOwnNames<T extends { readonly name: string }>(files: readonly T[]): T[] {
  const taken = new Set<string>();
  return files.map((file, at) => {
    const name = taken.has(file.name) || file.name === '' ? `${file.name}#${at + 1}` : file.name;
    taken.add(name);
    return { ...file, name };
  });
}

function readMask(tensor: Tensor): { mask: Float32Array; size: PictureSize } {
  const [rows = 0, columns = 0] = tensor.shape.slice(-2);
  const read = readRefNow(tensor.data);
  // Bytes from a message may be part of a larger buffer; bytes from a file own theirs and are not copied again.
  const bytes = read.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0 ? read : read.slice();
  const mask = new Float32Array(bytes.buffer, bytes.byteOffset, columns * rows);
  return { mask, size: { columns, rows } };
}
