export { OnnxInference, type InferenceResult } from './engine/onnx-inference.js';
export { exportJcs, type ModelMetadata } from './models/export-jcs.js';
export { buildJcs, type BackboneName, type JcsConfig, type JcsNetwork } from './models/jcs.js';
export {
  OnnxTrainingSession,
  type SessionOptions,
  type StepOptions,
  type StepResult,
  type TrainingBatch,
} from './engine/onnx-training-session.js';
export { learningRateAt, type ScheduleConfig } from './train/schedules.js';
export type { LossConfig, StepConfig } from './train/training-step.js';
export type { OptimizerConfig } from './train/optimizers.js';
export { importBackbone } from './weights/import-backbone.js';
export { initialise } from './weights/initialise.js';
export type { NamedTensor, NamedTensors } from './weights/named-tensors.js';
export {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
  type Safetensors,
} from './weights/safetensors.js';
export { ShapeError, type Shape } from './graph/shape.js';
