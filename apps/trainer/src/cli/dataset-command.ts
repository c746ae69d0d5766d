import type { Command } from 'commander';
import { registerExtract } from './extract-command.js';
import { registerImport } from './dataset-import-command.js';

/** `dataset …`: everything that is done with datasets before and beside training. */
export function registerDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .description('imports, describes, splits and audits CT datasets');
  registerImport(dataset);
  registerExtract(dataset);
}
