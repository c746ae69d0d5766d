export { readManifest, writeManifest } from './manifest-files.js';
export { nodeFiles } from './node-files.js';
