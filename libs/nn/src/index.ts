export { readOnnx, type OnnxFile, type OnnxPort } from './onnx/read-onnx.js';
export { checkProvider, type CheckedBackend } from './engine/check-provider.js';
export { onnxRuntimeVersion } from './engine/onnx-runtime-package.js';
export { OnnxInference, type InferenceResult } from './engine/onnx-inference.js';
export {
  exportJcs,
  type Decision,
  type ExportOptions,
  type JcsMember,
  type ModelMetadata,
} from './models/export-jcs.js';
export { lesionEvidence } from './models/lesion-evidence.js';
export { FeatureReader } from './engine/feature-reader.js';
export { addDistance, type FeatureDistance } from './models/feature-distance.js';
export { buildJcs, type BackboneName, type JcsConfig, type JcsNetwork } from './models/jcs.js';
export { OnnxTrainingSession } from './engine/onnx-training-session.js';
export { providers, type Provider, type SessionOptions } from './engine/session-options.js';
export { Quantiser } from './quantize/quantiser.js';
export { Classifier, ClassifierTraining } from './engine/classifier-session.js';
export { buildClassifier, exportClassifier, type ClassifierConfig } from './models/classifier.js';
export type {
  StepOptions,
  StepResult,
  TrainingBatch,
  TrainingSession,
} from './engine/training-session.js';
export { learningRateAt, type ScheduleConfig } from './train/schedules.js';
export type { LossConfig, StepConfig } from './train/training-step.js';
export type { OptimizerConfig } from './train/optimizers.js';
export { checkTfjs } from './engine/tfjs/check-tfjs.js';
export { TfjsTrainingSession } from './engine/tfjs/tfjs-training-session.js';
export {
  fetchWeights,
  FetchWeightsError,
  weightSources,
  type FetchOptions,
  type WeightsName,
} from './weights/fetch-weights.js';
export { importBackbone } from './weights/import-backbone.js';
export { initialise } from './weights/initialise.js';
export type { NamedTensor, NamedTensors } from './weights/named-tensors.js';
export { isPyTorch, readPyTorch } from './weights/read-pytorch.js';
export { readSafetensors, writeSafetensors, type Safetensors } from './weights/safetensors.js';
export type { Shape } from './graph/shape.js';
