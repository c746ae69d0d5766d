import { CtError, errorCatalogue } from '@groundglass/core';
import { Command } from 'commander';
import { createRequire } from 'node:module';
import { registerBench } from './cli/bench-command.js';
import { registerBound } from './cli/bound-command.js';
import { registerCard } from './cli/card-command.js';
import { registerCompare } from './cli/compare-command.js';
import { registerCrossValidate } from './cli/cross-validate-command.js';
import { registerDoctor } from './cli/doctor-command.js';
import { registerEvaluate } from './cli/evaluate-command.js';
import { registerExport } from './cli/export-command.js';
import { registerFetchWeights } from './cli/fetch-weights-command.js';
import { registerImportWeights } from './cli/import-weights-command.js';
import { registerDataset } from './cli/dataset-command.js';
import { registerReproduce } from './cli/reproduce-command.js';
import { registerQuantize } from './cli/quantize-command.js';
import { registerReport } from './cli/report-command.js';
import { registerTrain } from './cli/train-command.js';
import { fileFailure } from './cli/file-failure.js';
import { TrainerError, trainerErrorCatalogue } from './errors.js';

const { version } = createRequire(import.meta.url)('@groundglass/trainer/package.json') as {
  version: string;
};
const program = new Command('groundglass-trainer')
  .description(
    'Trains, evaluates and exports the joint COVID-19 classification and lesion segmentation model. Research use, not for diagnosis.',
  )
  .version(version, '--version');
registerTrain(program);
registerExport(program);
registerEvaluate(program);
registerCompare(program);
registerCrossValidate(program);
registerBound(program);
registerQuantize(program);
registerReport(program);
registerReproduce(program);
registerCard(program);
registerDataset(program);
registerFetchWeights(program);
registerImportWeights(program);
registerDoctor(program);
registerBench(program);

try {
  await program.parseAsync();
} catch (thrown) {
  const error = fileFailure(thrown) ?? thrown;
  if (error instanceof CtError) {
    console.error(`${error.message} (${error.code}). ${errorCatalogue[error.code].advice}`);
  } else if (error instanceof TrainerError) {
    console.error(`${error.message} (${error.code}). ${trainerErrorCatalogue[error.code].advice}`);
  } else {
    console.error(error instanceof Error ? error.message : String(error));
  }
  process.exitCode = 1;
}
