/** Exports that both entries of this library share: `index.ts` for Node and `browser.ts`. Nothing here touches a file or a host. */
export type {
  DicomSeries,
  NamedSource,
  SeriesProblem,
  SeriesVolume,
} from './formats/dicom/open-dicom.js';
export type { OpenOptions, OpenVolume } from './formats/open-volume.js';
export { CtError, asCtError, errorCatalogue, type ErrorCode } from './errors.js';
export { bytesSource, type ByteSource } from './formats/byte-source.js';
export { aggregate, defaultAggregation, describeAggregation } from './scoring/aggregate.js';
export { inspectSlice, type SliceInspection } from './scoring/inspect-slice.js';
export { scoreSlice, type SliceOutputs, type SliceScore } from './scoring/score-slice.js';
export { scoreVolume, type VolumeFacts, type VolumeScore } from './scoring/score-volume.js';
export { defaultRule, readScoringRule, type ScoringRule } from './scoring/scoring-rule.js';
export { startingAt } from './formats/starting-at.js';
export { sniffFormat, sniffLength } from './formats/sniff.js';
export { defaultLimits, type Limits } from './formats/limits.js';
export { applyWindow, modelWindow, windowPresets, type Window } from './imaging/window.js';
export type {
  Acquisition,
  CtFormat,
  CtSlice,
  CtVolume,
  Geometry,
  MetadataEntry,
  PixelUnit,
  RgbaPicture,
  SliceView,
  Vector3,
} from './contracts/volume.js';
export {
  encodedMaskSchema,
  labelSchema,
  labels,
  predictionSchema,
  slicePredictionSchema,
  warningSchema,
  withheldSchema,
  type EncodedMask,
  type Label,
  type Prediction,
  type SlicePrediction,
} from './contracts/prediction.js';
export { warningCodes, type Warning, type WarningCode } from './contracts/warning-codes.js';
export { mergeWarnings } from './contracts/merge-warnings.js';
export { withheldCodes, type WithheldCode } from './contracts/withheld-codes.js';
export {
  resultRowSchema,
  resultsHeaderSchema,
  type ResultRow,
  type ResultsHeader,
} from './contracts/results.js';
export { findingSchema, severities, type Finding, type Severity } from './contracts/findings.js';
export {
  datasetManifestSchema,
  datasetSampleSchema,
  defaultLabels,
  splits,
  type DatasetManifest,
  type DatasetSample,
} from './contracts/dataset.js';
export { fitInto, resample, resampleNearest, type PictureSize } from './imaging/resample.js';
export { cut } from './imaging/cut.js';
export type { Box as CropBox } from './imaging/bounding-box.js';
export { findChest, type ChestBox } from './anatomy/chest-box.js';
export { lungMask } from './anatomy/lung-mask.js';
export { lungRegions, type LungRegions } from './anatomy/lung-regions.js';
export { toModelInput, type ModelInput } from './scoring/to-model-input.js';
export { windowSlice, windowSliceToBytes } from './imaging/window-slice.js';
export { decodeMask, encodeMask } from './masks/encoded-mask.js';
export { openDicomSegmentation, type DicomSegmentation } from './masks/open-dicom-segmentation.js';
export {
  overlayColours,
  overlayComparison,
  overlayMask,
  type Colour,
  type GreyPicture,
  type OverlayStyle,
} from './masks/overlay.js';
export { placeMask } from './masks/place-mask.js';
export { encodePng, type PngPicture } from './imaging/png.js';
export { countLesion, lesionFraction, type LesionCounts } from './masks/lesion-fraction.js';
export { mix32, SeededRandom } from './seeded-random.js';
