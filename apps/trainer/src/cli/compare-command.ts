import { parseResults, withTargets, type ResultsFile } from '@groundglass/dataset';
import { CtError } from '@groundglass/core';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { openDataset } from '../datasets/open-datasets.js';
import { compareResults, type ResultsComparison } from '../evaluation/compare-results.js';
import { TrainerError } from '../errors.js';

interface CompareOptions {
  readonly data: string;
  readonly split?: string;
  readonly json?: boolean;
}

/** `compare FIRST SECOND --data MANIFEST`: paired tests between two results files. */
export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description(
      'compares two results files (NAME.predictions.jsonl) on the same samples: McNemar’s test of the labels, DeLong’s paired test of the AUCs, and their difference with an interval over patients',
    )
    .argument('<first>', 'results file')
    .argument('<second>', 'results file of another model, or of another version')
    .requiredOption(
      '--data <manifest>',
      'the manifest that both were scored on, for the true labels',
    )
    .option('--split <name>', 'only the samples of train, val or test')
    .option('--json', 'print JSON')
    .action(async (first: string, second: string, options: CompareOptions) => {
      const { manifest, samples } = await openDataset(options.data);
      const [a, b] = [await readResults(first), await readResults(second)];
      if (a.header.positive !== b.header.positive)
        throw new TrainerError(
          'TRAIN_BAD_OPTION',
          `Expected results for one positive label, got "${a.header.positive}" and "${b.header.positive}"`,
        );
      const wanted = withTargets(samples, manifest).filter(
        ({ split }) => options.split === undefined || split === options.split,
      );
      const result = compareResults(wanted, a.rows, b.rows, a.header.positive);
      if (result.otherFiles > 0)
        console.error(
          `Warning: ${result.otherFiles} samples have another SHA-256 in the second file: the two models did not see the same pictures.`,
        );
      if (result.patients < result.samples)
        console.error(
          `Warning: ${result.samples} samples come from ${result.patients} patients, but McNemar’s and DeLong’s tests treat each sample as independent. Use the lines that begin with "over patients".`,
        );
      console.log(
        options.json === true ? JSON.stringify(result, undefined, 2) : describe(result, a, b),
      );
    });
}

async function readResults(path: string): Promise<ResultsFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CtError('CT_READ_FAILED', `Expected a results file "${path}"`, { cause });
  });
  const results = parseResults(text, basename(path));
  for (const { file, row, message } of results.problems)
    console.error(`${file}, row ${row ?? '?'}: ${message}`);
  return results;
}

function describe(result: ResultsComparison, a: ResultsFile, b: ResultsFile): string {
  const { mcnemar, delong, clustered, perPatient } = result;
  const digits = (value: number) => value.toFixed(3);
  const pValue = (value: number) => (value < 0.001 ? 'p < 0.001' : `p = ${value.toFixed(3)}`);
  const name = ({ header: { model } }: ResultsFile) => `${model.name} ${model.version}`;
  return [
    `${result.samples} samples of ${result.patients} patients, ${result.positives} positive${result.unpaired > 0 ? `; ${result.unpaired} samples lack a probability in one of the files` : ''}`,
    `first:  ${name(a)}, accuracy ${digits(result.accuracy[0])}, ${result.withheld[0]} withheld`,
    `second: ${name(b)}, accuracy ${digits(result.accuracy[1])}, ${result.withheld[1]} withheld`,
    `McNemar: only the first right ${mcnemar.onlyFirstCorrect}, only the second right ${mcnemar.onlySecondCorrect}, ${pValue(mcnemar.exactPValue)} (exact)`,
    delong
      ? `DeLong: AUC ${digits(delong.firstAuc)} and ${digits(delong.secondAuc)}, difference ${digits(delong.difference)} (95 % ${digits(delong.lower)} to ${digits(delong.upper)}), ${pValue(delong.pValue)}`
      : 'DeLong: fewer than two samples of a class',
    clustered
      ? `over patients: difference of AUC ${digits(clustered.difference)} (95 % ${digits(clustered.lower)} to ${digits(clustered.upper)}, bootstrap)`
      : 'over patients: too few for a bootstrap',
    perPatient
      ? `over patients: DeLong of their mean probabilities, AUC ${digits(perPatient.firstAuc)} and ${digits(perPatient.secondAuc)}, difference ${digits(perPatient.difference)} (95 % ${digits(perPatient.lower)} to ${digits(perPatient.upper)}), ${pValue(perPatient.pValue)}`
      : 'over patients: fewer than two patients of a class, no test',
  ].join('\n');
}
