export {
  createThorax,
  thoraxPhantom,
  type PhantomOptions,
  type PhantomSlice,
  type Thorax,
  type ThoraxPhantom,
} from './phantom/thorax-phantom.js';
export { writePhantomDataset, type PhantomDatasetOptions } from './phantom/dataset.js';
export {
  phantomFiles,
  phantomFormats,
  type PhantomFormat,
} from './phantom/writers/write-phantom.js';
export type { PhantomFile } from './phantom/writers/phantom-file.js';
