// Must be imported before the runtime itself.
import './no-telemetry.js';

/** ONNX Runtime, with its telemetry off. */
export { InferenceSession, Tensor, env } from 'onnxruntime-node';
