export type { DatasetFiles, FileEntry, FileStat, OpenFile } from './files/dataset-files.js';
export { memoryFiles } from './files/memory-files.js';
export { formatProblem, type ImportedDataset, type ImportProblem } from './import/import-report.js';
export type { DatasetProgress, ImportOptions, SplitList } from './import/import-options.js';
export { detectLayout, layouts, type Layout } from './import/detect-layout.js';
export { LabelWords } from './import/label-words.js';
export { splitFromWord } from './import/split-words.js';
export { findDatasets, type FoundDataset } from './find/find-datasets.js';
export { importLayout, type LayoutOptions } from './import/import-layout.js';
export {
  findPictures,
  summarizeDataset,
  type AskedDataset,
  type FindInput,
} from './questions/dataset-questions.js';
export { guessesOf } from './questions/guesses-of.js';
export { isGuessed } from './manifest/is-guessed.js';
export { importCovidCt } from './import/importers/covid-ct.js';
export { importCovidSeg } from './import/importers/covid-seg.js';
export { importDicomTree } from './import/importers/dicom-tree.js';
export { importFolders } from './import/importers/folders.js';
export { importLuna16 } from './import/importers/luna16.js';
export { importManifest } from './import/importers/manifest.js';
export { importMosmed } from './import/importers/mosmed.js';
export { importNamePattern } from './import/importers/name-pattern.js';
export { importSplitLists } from './import/importers/split-lists.js';
export { importTable } from './import/importers/csv.js';
export { decodeText } from './tables/decode-text.js';
export { columnOf, readTable, type Table, type TableRow } from './tables/read-table.js';
export { counted } from './text/counted.js';
export { didYouMean } from './text/did-you-mean.js';
export { FactsCache } from './facts/facts-cache.js';
export type { FileFacts, FileFailure, ScanHeader, SliceFacts } from './facts/file-facts.js';
export { pixelHash } from './facts/pixel-hash.js';
export { readFacts, type FactsOptions } from './facts/read-facts.js';
export { manifestName, type Dataset } from './manifest/dataset.js';
export {
  manifestText,
  parseManifest,
  parseSamples,
  samplesText,
  type ParsedSamples,
} from './manifest/parse-manifest.js';
export { namedPatient } from './manifest/named-patient.js';
export { withTargets, type TargetSample } from './manifest/targets.js';
export {
  parseResults,
  resultLine,
  resultsHeaderLine,
  sampleKey,
  type ResultsFile,
} from './results/results-file.js';
export { findingsText, parseFindings } from './findings/findings-file.js';
export {
  describeLeaks,
  findLeaks,
  leakKinds,
  refuseLeaks,
  type Leak,
  type LeakKind,
} from './leaks/find-leaks.js';
export { dataFingerprint } from './leaks/data-fingerprint.js';
export { requireBothClasses } from './leaks/require-classes.js';
export { requireSlices } from './leaks/require-slices.js';
export { requireSamples } from './manifest/require-samples.js';
export { patientKey } from './leaks/same-patient.js';
export { assignSplit, type SplitShares } from './splits/assign-split.js';
export { greyPicture, type GreyPicture } from './features/grey-picture.js';
export { findKeypoints, type Keypoints } from './features/keypoints.js';
export type { SliceFeatures } from './features/slice-features.js';
export { FeaturesCache } from './features/features-cache.js';
export { readFeatures, type FeatureOptions } from './features/read-features.js';
export {
  findDuplicates,
  type DuplicateInput,
  type DuplicateOptions,
  type DuplicatePair,
} from './duplicates/find-duplicates.js';
export { auditDataset, type AuditOptions } from './audit/audit-dataset.js';
export { inOrder } from './reading/in-order.js';
export { shownSlice } from './reading/shown-slice.js';
export { pictureReader, type PictureReader, type SliceName } from './reading/picture-reader.js';
export type { DecodedFeatures } from './features/decode-features.js';
export { comparedPart } from './duplicates/compare-pixels.js';
export { auditReport, shownOfRule, shownPictures, type PictureOf } from './audit/audit-report.js';
export { correctDataset, type Removed } from './audit/correct-dataset.js';
export {
  baselineNames,
  baselines,
  baselineScores,
  type Baseline,
  type BaselineOptions,
  type BaselineScore,
} from './baselines/baseline-scores.js';
export { fitLogisticRegression } from './baselines/logistic-regression.js';
export {
  describeDataset,
  type PublishedDifference,
  type Statistics,
  type StatisticsTable,
} from './statistics/describe-dataset.js';
export {
  statisticsCharts,
  statisticsCsv,
  statisticsPage,
  statisticsPlain,
  type ChartSpecification,
} from './statistics/statistics-text.js';
export {
  foldDataset,
  splitDataset,
  takeSubset,
  type SubsetFrom,
  wholeGroups,
  type SplitOptions,
} from './splits/split-dataset.js';
export { croissantText, type DescribedDataset } from './export/croissant.js';
export { datasheetText } from './export/datasheet.js';
export { imagefolderFiles, type ExportedFile } from './export/imagefolder.js';
export { samplesCsv } from './export/samples-csv.js';
export { sha256Hex } from './facts/pixel-hash.js';
