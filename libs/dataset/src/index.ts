export { formatProblem, type ImportedDataset, type ImportProblem } from './import/import-report.js';
export { labelFromName } from './import/label-names.js';
export { importCovidCt } from './import/importers/covid-ct.js';
export { importCovidSeg } from './import/importers/covid-seg.js';
export { importCsv } from './import/importers/csv.js';
export { importFolders } from './import/importers/folders.js';
export { importNamePattern } from './import/importers/name-pattern.js';
export {
  manifestName,
  readManifest,
  writeManifest,
  type Dataset,
} from './manifest/manifest-files.js';
