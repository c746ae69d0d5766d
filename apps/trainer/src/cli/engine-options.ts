import { providers } from '@groundglass/nn';
import { Option, type Command } from 'commander';
import { engines, type EngineOptions } from '../training/open-session.js';
import { wholeNumber } from './whole-number.js';

/** The options of {@link withEngineOptions}, as commander reads them. */
export interface EngineFlags {
  readonly engine: EngineOptions['engine'];
  readonly provider: EngineOptions['provider'];
  readonly workers: string;
  readonly threads?: string;
}

/** Adds `--engine`, `--provider`, `--workers` and `--threads`, which every training command takes. */
export function withEngineOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--engine <name>', 'tfjs is TensorFlow.js, which you install separately')
        .choices(engines)
        .default('onnx'),
    )
    .addOption(
      new Option('--provider <name>', 'device that ONNX Runtime uses; see doctor')
        .choices(providers)
        .default('cpu'),
    )
    .option('--workers <n>', 'threads that decode and augment', '1')
    .option('--threads <n>', 'threads of the engine (default: all cores)');
}

/** @throws {TrainerError} `TRAIN_BAD_OPTION` for an invalid count. */
export function readEngineOptions({ engine, provider, workers, threads }: EngineFlags): {
  workers: number;
  engine: EngineOptions;
} {
  return {
    workers: wholeNumber('--workers', workers, 0),
    engine: {
      engine,
      provider,
      ...(threads === undefined ? {} : { threads: wholeNumber('--threads', threads, 1) }),
    },
  };
}
