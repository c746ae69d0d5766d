/**
 * The rooms of the workspace and what each may import. Lint enforces this table, one test tries every edge of it, and another
 * compares docs/architecture.md with it.
 *
 * @typedef {object} Room
 * @property {string} folder
 * @property {readonly string[]} mayImport other rooms
 * @property {readonly string[]} [onlyPackages] glob patterns of the only npm packages that the room may import
 * @property {readonly string[]} [bannedPackages] glob patterns of npm packages that the room may not import
 */

/** @type {Readonly<Record<string, Room>>} */
export const rooms = {
  core: {
    folder: 'libs/core',
    mayImport: [],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', 'onnx-proto', '@tensorflow/*'],
  },
  metrics: { folder: 'libs/metrics', mayImport: [], onlyPackages: [] },
  nn: {
    folder: 'libs/nn',
    mayImport: [],
    onlyPackages: ['onnxruntime-*', 'onnx-proto', 'protobufjs', '@tensorflow/*', 'fflate'],
  },
  dataset: {
    folder: 'libs/dataset',
    mayImport: ['core', 'metrics'],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', '@tensorflow/*'],
  },
  papers: {
    folder: 'libs/papers',
    mayImport: ['core'],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', '@tensorflow/*'],
  },
  phantom: {
    folder: 'libs/phantom',
    mayImport: ['core'],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', '@tensorflow/*'],
  },
  client: {
    folder: 'libs/client',
    mayImport: ['core'],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', '@tensorflow/*'],
  },
  viewer: {
    folder: 'libs/viewer',
    mayImport: ['core', 'metrics'],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', '@tensorflow/*', 'sharp'],
  },
  trainer: {
    folder: 'apps/trainer',
    mayImport: ['core', 'metrics', 'nn', 'dataset', 'papers'],
    bannedPackages: ['vscode', 'express'],
  },
  server: {
    folder: 'apps/server',
    mayImport: ['core', 'client', 'dataset', 'playground'],
    bannedPackages: ['vscode', '@tensorflow/*'],
  },
  playground: {
    folder: 'apps/playground',
    mayImport: ['core', 'client', 'viewer'],
    bannedPackages: ['vscode', 'express', 'onnxruntime-*', '@tensorflow/*', 'sharp'],
  },
  'vscode-ext': {
    folder: 'apps/vscode-ext',
    mayImport: ['core', 'client', 'viewer', 'dataset', 'metrics', 'papers'],
    bannedPackages: ['express', 'onnxruntime-*', '@tensorflow/*'],
  },
  tools: { folder: 'tools', mayImport: ['*'] },
};

/** The table as the constraints of `@nx/enforce-module-boundaries`. */
export const roomConstraints = Object.entries(rooms).map(
  ([name, { mayImport, onlyPackages, bannedPackages }]) => ({
    sourceTag: `room:${name}`,
    onlyDependOnLibsWithTags: mayImport.includes('*')
      ? ['*']
      : [name, ...mayImport].map((room) => `room:${room}`),
    ...(onlyPackages ? { allowedExternalImports: [...onlyPackages] } : {}),
    ...(bannedPackages ? { bannedExternalImports: [...bannedPackages] } : {}),
  }),
);
