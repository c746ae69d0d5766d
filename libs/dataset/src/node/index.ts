export { readManifest, writeManifest, writeWhole } from './manifest-files.js';
export { nodeFiles } from './node-files.js';
