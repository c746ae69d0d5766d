import { makeExample, type Example } from './batch.js';
import { loadSample, type LoadedSample } from './load-sample.js';
import type { WorkerSetup } from './sample-protocol.js';

/** Decodes, keeps what was decoded within a bound, and augments; runs inside a worker or in the caller's thread. */
export class ExampleMaker {
  private readonly cache = new Map<number, LoadedSample>();
  private cachedBytes = 0;

  constructor(private readonly setup: WorkerSetup) {}

  /**
   * @param index of the sample; numbers past the last sample go round again and name another augmentation of it.
   * @throws {CtError} when the sample cannot be decoded.
   */
  async make(epoch: number, index: number): Promise<Example> {
    const place = index % this.setup.samples.length;
    const sample = this.setup.samples[place];
    if (!sample) throw new RangeError(`Expected the index of a sample, got ${index}`);
    let loaded = this.cache.get(place);
    if (!loaded) {
      loaded = await loadSample(sample, this.setup.load);
      const bytes = loaded.image.data.byteLength + (loaded.mask?.data.byteLength ?? 0);
      // First come, first kept: every epoch asks for every sample once, so evicting would only decode more.
      if (this.cachedBytes + bytes <= this.setup.cacheBytes) {
        this.cache.set(place, loaded);
        this.cachedBytes += bytes;
      }
    }
    return makeExample(loaded, sample, { epoch, index }, this.setup.example);
  }
}
