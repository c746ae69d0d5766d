import type { TargetSample } from '@groundglass/dataset';
import { makeExample, type Example } from './batch.js';
import { loadSample, type LoadedSample } from './load-sample.js';
import { packSample, unpackSample, type PackedSample } from './pack-sample.js';
import { pasteLesions } from './paste-lesions.js';
import { SeededRandom } from '@groundglass/core';
import type { WorkerSetup } from './sample-protocol.js';

/** Decoded samples are cached at this multiple of the network's input size, so that zooming in finds detail. */
const cachedScale = 1.5;

/** Decodes, caches the result within a limit, and augments; runs inside a worker or in the caller's thread. */
export class ExampleMaker {
  readonly #cache = new Map<number, PackedSample>();
  #cachedBytes = 0;
  /** Samples with an expert's mask, whose lesions are pasted onto others. */
  readonly #donors: readonly number[];
  readonly #setup: WorkerSetup;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#donors = setup.samples.flatMap(({ target, mask }, i) =>
      target === 1 && mask !== undefined ? [i] : [],
    );
  }

  /**
   * @param index of the sample; indices past the last sample wrap around and select another augmentation of it.
   * @throws {CtError} when the sample cannot be decoded.
   */
  async make(epoch: number, index: number): Promise<Example> {
    const place = index % this.#setup.samples.length;
    const sample = this.#setup.samples[place];
    if (!sample) throw new RangeError(`Expected the index of a sample, got ${index}`);
    const loaded = await this.#load(place);
    const pasted = await this.#paste(loaded, sample, epoch, index);
    return makeExample(pasted, sample, { epoch, index }, this.#setup.example);
  }

  async #load(place: number): Promise<LoadedSample> {
    const kept = this.#cache.get(place);
    if (kept) return unpackSample(kept);
    const { samples, load, example, cacheBytes } = this.#setup;
    const loaded = await loadSample(samples[place]!, load);
    const packed = packSample(loaded, example.size * cachedScale);
    // First come, first kept: every epoch asks for every sample once, so evicting would only decode more.
    if (this.#cachedBytes + packed.bytes <= cacheBytes) {
      this.#cache.set(place, packed);
      this.#cachedBytes += packed.bytes;
    }
    // The first time too: a resumed run must see the same.
    return unpackSample(packed);
  }

  /** Pastes another patient's lesions on a slice without disease, as often as the recipe says. */
  async #paste(
    loaded: LoadedSample,
    { target }: TargetSample,
    epoch: number,
    index: number,
  ): Promise<LoadedSample> {
    const { augmentation, seed } = this.#setup.example;
    if (augmentation.paste === 0 || target === 1 || !loaded.lungs) return loaded;
    const random = new SeededRandom(seed, epoch, index, 0x70617374);
    if (!random.chance(augmentation.paste) || this.#donors.length === 0) return loaded;
    const donor = await this.#load(this.#donors[random.below(this.#donors.length)]!);
    return pasteLesions(loaded, donor, random) ?? loaded;
  }
}
