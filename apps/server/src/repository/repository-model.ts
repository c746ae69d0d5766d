import type { OipTensorSpec } from '@groundglass/client';
import type { ServedModel } from '../inference/served-model.js';
import type { ModelConfig } from './model-config.js';
import type { ModelStatistics } from './model-statistics.js';

/** One version of a model that is loaded and answers. A reload makes a new one; the old one answers what it accepted. */
export interface RepositoryModel extends ServedModel {
  readonly version: string;
  /** Of the model file. */
  readonly sha256: string;
  readonly config: ModelConfig;
  /** Labels from the first label file of the config, for the model as a whole. */
  readonly labels: readonly string[];
  /** Class labels by output name. */
  readonly outputLabels: ReadonlyMap<string, readonly string[]>;
  readonly inputs: readonly OipTensorSpec[];
  readonly outputs: readonly OipTensorSpec[];
  /** `metadata_props` of the ONNX file. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly statistics: ModelStatistics;
}
