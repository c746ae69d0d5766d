import type { Finding } from '@groundglass/core';
import {
  auditDataset,
  auditReport,
  correctDataset,
  counted,
  findingsText,
  sampleKey,
} from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { writeManifest } from '@groundglass/dataset/node';
import { Option, type Command } from 'commander';
import { join, resolve } from 'node:path';
import { findingPictures } from '../datasets/finding-pictures.js';
import { openForWork } from '../datasets/open-for-work.js';
import { datasetProgress, stopAtInterrupt } from './dataset-progress.js';

interface AuditCommandOptions {
  readonly out?: string;
  readonly html?: string;
  readonly fix?: string;
  readonly failOn: 'error' | 'warning' | 'never';
  readonly pixels: boolean;
  readonly json?: boolean;
}

/** Maximum findings of a rule shown on a terminal. */
const mostShown = 20;

/** `dataset audit MANIFEST`. */
export function registerAudit(dataset: Command): void {
  dataset
    .command('audit')
    .description(
      'looks for problems that make results on a dataset wrong: leaks between splits, copies, label conflicts, shortcuts, broken files',
    )
    .argument('<manifest>', 'the manifest, or the folder that holds it')
    .option(
      '--out <file>',
      'where the findings go (default: NAME.audit.jsonl next to the manifest)',
    )
    .option('--html <file>', 'where the report with pictures goes (default: NAME.audit.html)')
    .option(
      '--fix <folder>',
      'also write a manifest without the samples that the findings are about',
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with code 1 for findings of this severity')
        .choices(['error', 'warning', 'never'])
        .default('error'),
    )
    .option('--no-pixels', 'check tables and headers only: fast, without near duplicates')
    .option('--json', 'print the findings as JSON Lines')
    .action((path: string, options: AuditCommandOptions) => audit(path, options));
}

async function audit(path: string, options: AuditCommandOptions): Promise<void> {
  const opened = await openForWork(path);
  const { dataset, files, folder, facts, features, reader, save } = opened;
  const progress = datasetProgress();
  let findings: Finding[];
  try {
    findings = await auditDataset(files, dataset, {
      facts,
      features,
      reader,
      pixels: options.pixels,
      signal: stopAtInterrupt(),
      onProgress: progress.show,
      onSave: save,
    });
  } finally {
    progress.close();
    await save();
  }
  const stem = dataset.manifest.name.replace(/[^\w.-]+/g, '-');
  const out = options.out ?? join(folder, `${stem}.audit.jsonl`);
  const html = options.html ?? join(folder, `${stem}.audit.html`);
  await replaceFile(out, findingsText(findings));
  const pictures = await findingPictures(opened, findings);
  await replaceFile(
    html,
    auditReport(dataset.manifest.name, findings, (name, slice) =>
      pictures.get(sampleKey({ path: name, slice })),
    ),
  );
  if (options.fix !== undefined) {
    const { samples, removed } = correctDataset(dataset, findings);
    await writeManifest(
      options.fix,
      { manifest: dataset.manifest, samples },
      resolve(dataset.root),
    );
    const rows = removed.map((row) => `${JSON.stringify(row)}\n`).join('');
    await replaceFile(join(options.fix, 'removed.jsonl'), rows);
    console.error(
      `Wrote ${options.fix} without ${removed.length} of ${dataset.samples.length} samples`,
    );
  }
  if (options.json === true) process.stdout.write(findingsText(findings));
  else printFindings(findings);
  console.error(
    `Decoded for headers and hashes: ${facts.reads}, for features: ${features.reads}; unchanged files are not read again`,
  );
  console.error(`Findings: ${out}\nReport: ${html}`);
  const failing: readonly string[] = {
    error: ['error'],
    warning: ['error', 'warning'],
    never: [],
  }[options.failOn];
  if (findings.some(({ severity }) => failing.includes(severity))) process.exitCode = 1;
}

function printFindings(findings: readonly Finding[]): void {
  const shown = new Map<string, number>();
  for (const { rule, severity, message } of findings) {
    const count = (shown.get(rule) ?? 0) + 1;
    shown.set(rule, count);
    if (count <= mostShown) console.log(`${severity.padEnd(8)}${rule}: ${message}`);
  }
  for (const [rule, count] of shown)
    if (count > mostShown)
      console.log(`${' '.repeat(8)}${rule}: ${count - mostShown} more in the findings file`);
  const countOf = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length;
  const counts = [
    counted(countOf('error'), 'error'),
    counted(countOf('warning'), 'warning'),
    `${countOf('info')} info`,
  ];
  console.log(`${counted(findings.length, 'finding')}: ${counts.join(', ')}`);
}
