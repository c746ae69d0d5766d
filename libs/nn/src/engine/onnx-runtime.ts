// Before the runtime itself.
import './no-telemetry.js';

/** ONNX Runtime as this workspace uses it: it reports to nobody. */
export { InferenceSession, Tensor, env } from 'onnxruntime-node';
