// What is loaded when the first dataset or results file is looked into, and not with the extension.
export {
  detectLayout,
  parseFindings,
  parseResults,
  resultLine,
  resultsHeaderLine,
  sampleKey,
} from '@groundglass/dataset';
