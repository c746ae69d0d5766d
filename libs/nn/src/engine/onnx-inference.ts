import { sessionOptions, type SessionOptions } from './session-options.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';

/** A model's outputs for a batch of pictures. */
export interface InferenceResult {
  /** `[N]`, of covid. */
  readonly probability: Float32Array;
  /** `[N, 2]`. */
  readonly logits: Float32Array;
  /** `[N, 1, S, S]`, lesion probability; undefined for a classifier. */
  readonly mask: Float32Array | undefined;
  /** S; 0 for a classifier. */
  readonly maskSize: number;
  /** `[N]`, distance from the training data, 1 being the bound; undefined if the model does not report it. */
  readonly distance: Float32Array | undefined;
}

/** An exported model on ONNX Runtime, as a server runs it. */
export class OnnxInference {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @param model bytes or path of an exported model. */
  static async create(
    model: Uint8Array | string,
    options: SessionOptions = {},
  ): Promise<OnnxInference> {
    const session =
      typeof model === 'string'
        ? await InferenceSession.create(model, sessionOptions(options))
        : await InferenceSession.create(model, sessionOptions(options));
    return new OnnxInference(session);
  }

  /** @param pixels `count * rows * columns` values in 0–1. */
  async run(
    pixels: Float32Array,
    { rows, columns, count = 1 }: { rows: number; columns: number; count?: number },
  ): Promise<InferenceResult> {
    const image = new Tensor('float32', pixels, [count, 1, rows, columns]);
    const { probability, logits, mask, distance } = await this.#session.run({ image });
    return {
      probability: probability!.data as Float32Array,
      logits: logits!.data as Float32Array,
      mask: mask?.data as Float32Array | undefined,
      maskSize: mask?.dims[3] ?? 0,
      distance: distance?.data as Float32Array | undefined,
    };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
