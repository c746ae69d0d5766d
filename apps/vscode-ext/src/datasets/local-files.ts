// Loaded where the extension runs in Node and a dataset lies on this machine.
export { nodeFiles } from '@groundglass/dataset/node';
