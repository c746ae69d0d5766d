// Loaded when the first dataset or results file is read, not with the extension.
export {
  detectLayout,
  findDatasets,
  findPictures,
  guessesOf,
  parseFindings,
  parseResults,
  resultLine,
  resultsHeaderLine,
  sampleKey,
  summarizeDataset,
} from '@groundglass/dataset';
