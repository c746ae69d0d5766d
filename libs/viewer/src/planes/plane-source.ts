import type { CtSlice, PixelUnit } from '@groundglass/core/browser';
import { CtError } from '@groundglass/core/errors';
import type { PlaneName } from './plane-shape.js';

/** The volume that planes are cut from. */
export interface PlaneVolume {
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly unit: PixelUnit;
  slice(index: number, signal: AbortSignal): Promise<CtSlice>;
}

/** Slices decoded at once. */
const parallel = 4;

/**
 * Cuts coronal and sagittal planes out of a volume. The first plane decodes every slice; its values stay in memory until the source is
 * disposed of, at two bytes per voxel if they are whole Hounsfield units.
 */
export class PlaneSource {
  readonly #end = new AbortController();
  #voxels: Promise<Int16Array | Float32Array> | undefined;

  readonly #volume: PlaneVolume;

  constructor(volume: PlaneVolume) {
    this.#volume = volume;
  }

  /**
   * @param index row (coronal) or column (sagittal) of the slices. Row `i` of the plane is slice `i`.
   * @param signal ends the wait for this plane; the volume continues to load for the next one.
   * @throws {CtError} `CT_SLICE_RANGE`, `CT_CANCELLED`, and what decoding throws; the next call tries again.
   */
  async plane(plane: PlaneName, index: number, signal: AbortSignal): Promise<CtSlice> {
    const { columns, rows, sliceCount, unit } = this.#volume;
    const count = plane === 'coronal' ? rows : columns;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new CtError(
        'CT_SLICE_RANGE',
        `Expected a ${plane} plane from 0 to ${count - 1}, got ${index}`,
      );
    }
    const loading = (this.#voxels ??= this.#load());
    let voxels: Int16Array | Float32Array;
    try {
      voxels = await loading;
    } catch (error) {
      if (this.#voxels === loading) this.#voxels = undefined;
      throw error;
    }
    if (signal.aborted) throw new CtError('CT_CANCELLED', 'The plane is no longer wanted');
    const width = plane === 'coronal' ? columns : rows;
    const pixels = new Float32Array(width * sliceCount);
    for (let slice = 0; slice < sliceCount; slice++) {
      const start = slice * columns * rows;
      const [first, step] =
        plane === 'coronal' ? [start + index * columns, 1] : [start + index, columns];
      for (let at = 0; at < width; at++) pixels[slice * width + at] = voxels[first + at * step]!;
    }
    return { index, columns: width, rows: sliceCount, unit, pixels };
  }

  /** Stops loading and releases the volume. */
  dispose(): void {
    this.#end.abort();
    this.#voxels = undefined;
  }

  async #load(): Promise<Int16Array | Float32Array> {
    const { columns, rows, sliceCount, unit } = this.#volume;
    const { signal } = this.#end;
    const size = columns * rows;
    let voxels: Int16Array | Float32Array =
      unit === 'HU' ? new Int16Array(size * sliceCount) : new Float32Array(size * sliceCount);
    let next = 0;
    const work = async () => {
      while (next < sliceCount) {
        const index = next++;
        if (signal.aborted) throw new CtError('CT_CANCELLED', 'The planes are no longer wanted');
        const { pixels } = await this.#volume.slice(index, signal);
        if (voxels instanceof Int16Array && !pixels.every(isInt16)) {
          voxels = Float32Array.from(voxels);
        }
        voxels.set(pixels, index * size);
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return voxels;
  }
}

function isInt16(value: number): boolean {
  return Number.isInteger(value) && value >= -32_768 && value <= 32_767;
}
