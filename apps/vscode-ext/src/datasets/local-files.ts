// Loaded if the extension runs in Node and a dataset is on this machine.
export { nodeFiles } from '@groundglass/dataset/node';
