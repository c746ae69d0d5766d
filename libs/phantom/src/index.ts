export { sampleFiles } from './bundled-samples.js';
export { writePhantomDataset, type PhantomDatasetOptions } from './phantom-dataset.js';
export { thoraxPhantom, type PhantomOptions, type ThoraxPhantom } from './thorax-phantom.js';
export type { PhantomFile } from './writers/phantom-file.js';
export { phantomFiles, phantomFormats, type PhantomFormat } from './writers/write-phantom.js';
