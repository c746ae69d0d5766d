import { exposeFeatures } from '../models/feature-distance.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';
import { sessionOptions, type SessionOptions } from './session-options.js';

/** Reads the features of pictures with an exported model; see `exposeFeatures`. */
export class FeatureReader {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @throws {OnnxError} for a file without a backbone's convolutions. */
  static async create(model: Uint8Array, options: SessionOptions = {}): Promise<FeatureReader> {
    return new FeatureReader(
      await InferenceSession.create(exposeFeatures(model), sessionOptions(options)),
    );
  }

  /**
   * The D features of one picture and its probability.
   *
   * @param pixels `rows * columns` values in 0–1.
   */
  async read(
    pixels: Float32Array,
    { rows, columns }: { readonly rows: number; readonly columns: number },
  ): Promise<{ readonly features: Float64Array; readonly probability: number }> {
    const image = new Tensor('float32', pixels, [1, 1, rows, columns]);
    const { features, probability } = await this.#session.run({ image });
    return {
      features: Float64Array.from(features!.data as Float32Array),
      probability: (probability!.data as Float32Array)[0]!,
    };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
