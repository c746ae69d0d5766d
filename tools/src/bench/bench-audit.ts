import type { DatasetSample } from '@groundglass/core';
import { readManifest, writeManifest } from '@groundglass/dataset/node';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The cost of one audit. */
export interface AuditRun {
  readonly pictures: number;
  /** Nothing about the pictures was cached. */
  readonly cold: boolean;
  readonly seconds: number;
  /** Processor time of all threads. */
  readonly processorSeconds: number;
  /** Peak memory of the process. */
  readonly megabytes: number;
  /** Findings by rule. */
  readonly findings: ReadonlyMap<string, number>;
}

/** Writes the process's resource usage to stderr when it ends. */
const usageHook = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); process.stderr.write('\\nused ' + JSON.stringify({ processorSeconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }) + '\\n'); });",
)}`;

/**
 * Audits parts of a dataset, each in its own process, twice: cold, and again with its caches.
 *
 * @param manifest of the dataset.
 * @param counts pictures of each part; patients stay whole, and are spread over the dataset.
 */
export async function* benchAudit(
  workspace: string,
  manifest: string,
  counts: readonly number[],
): AsyncGenerator<AuditRun> {
  const dataset = await readManifest(manifest);
  for (const count of counts) {
    const folder = await mkdtemp(join(tmpdir(), 'groundglass-audit-'));
    try {
      const samples = wholePatients(dataset.samples, count);
      await writeManifest(folder, { manifest: dataset.manifest, samples }, dataset.root);
      for (const cold of [true, false]) {
        const used = await audit(workspace, folder);
        yield { pictures: samples.length, cold, ...used };
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function wholePatients(samples: readonly DatasetSample[], count: number): DatasetSample[] {
  const patients = [...new Set(samples.map(({ patient }) => patient))];
  const step = Math.max(1, samples.length / count);
  const chosen = new Set(patients.filter((_, i) => Math.floor(i % step) === 0));
  return samples.filter(({ patient }) => chosen.has(patient)).slice(0, count);
}

async function audit(workspace: string, folder: string) {
  const findingsFile = join(folder, 'bench.audit.jsonl');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--import',
      usageHook,
      join(workspace, 'apps/trainer/bin/groundglass-trainer.mjs'),
      ...['dataset', 'audit', folder, '--fail-on', 'never', '--out', findingsFile],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const seconds = (performance.now() - started) / 1000;
  const used = /used (\{.*\})/.exec(text)?.[1];
  if (code !== 0 || used === undefined)
    throw new Error(`Expected an audit to end with 0, got ${code}: ${text.slice(-2000)}`);
  const findings = new Map<string, number>();
  for (const line of (await readFile(findingsFile, 'utf8')).split('\n').filter(Boolean)) {
    const { rule } = JSON.parse(line) as { rule: string };
    findings.set(rule, (findings.get(rule) ?? 0) + 1);
  }
  return {
    seconds,
    ...(JSON.parse(used) as { processorSeconds: number; megabytes: number }),
    findings,
  };
}
