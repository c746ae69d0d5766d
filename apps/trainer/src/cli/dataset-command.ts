import type { Command } from 'commander';
import { registerAudit } from './dataset-audit-command.js';
import { registerBaselines } from './dataset-baselines-command.js';
import { registerDescribe } from './dataset-describe-commands.js';
import { registerExtract } from './extract-command.js';
import { registerImport } from './dataset-import-command.js';
import { registerSplit } from './dataset-split-command.js';
import { registerStats } from './dataset-stats-command.js';

/** `dataset …`: commands for datasets before and during training. */
export function registerDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .description('imports, describes, splits and audits CT datasets');
  registerImport(dataset);
  registerAudit(dataset);
  registerStats(dataset);
  registerSplit(dataset);
  registerBaselines(dataset);
  registerDescribe(dataset);
  registerExtract(dataset);
}
