export { CtError, decodeMask } from '@groundglass/core/browser';
export {
  errorBodySchema,
  jobListSchema,
  jobRequestSchema,
  jobSchema,
  jobStateSchema,
  modelListSchema,
  modelSummarySchema,
  predictionEventSchema,
  sliceSelectionPattern,
  windowPattern,
  type Job,
  type ModelSummary,
  type PredictionEvent,
} from './contracts.js';
export {
  GroundglassClient,
  type CtFile,
  type CtUpload,
  type JobOptions,
  type JobResults,
  type OverlayOptions,
  type PredictOptions,
  type StreamOptions,
} from './groundglass-client.js';
export {
  OipClient,
  type OipInferRequest,
  type OipInferResponse,
  type OipModelMetadata,
  type OipRepositoryEntry,
  type OipServerMetadata,
  type SliceScore,
} from './oip-client.js';
export { joinBytesElements, splitBytesElements } from './oip-bytes.js';
export {
  checkByteLength,
  elementCount,
  oipDatatypeNames,
  oipDatatypes,
  type OipDatatype,
  type OipTensorSpec,
} from './oip-datatypes.js';
export { formatJsonElements, packJsonElements } from './oip-json.js';
export { decodeTensor, type OipTensor } from './oip-tensor.js';
export type { ConnectionOptions } from './transport.js';
