import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { modelRepository } from '../start/model-repository.js';
import { formatTable } from '../start/table.js';
import { benchAudit } from './bench-audit.js';
import { benchCore } from './bench-core.js';
import { benchDataset } from './bench-dataset.js';
import { benchServer } from './bench-server.js';
import { benchVscode } from './bench-vscode.js';
import { benchPapers } from './papers/bench-papers.js';
import { soakServer } from './soak-server.js';

const usage = `npm run bench -- core [--data FOLDER] [--repeats 9] [--threads N] [--python /usr/bin/python3]
npm run bench -- server [--models FOLDER] [--model NAME] [--seconds 10] [--clients 64] [--python /usr/bin/python3]
npm run bench -- soak [--cycles 1000]
npm run bench -- dataset [--originals 60] [--seed 1] [--python /usr/bin/python3]
npm run bench -- audit --manifest FOLDER [--counts 2500,5000,10000]
npm run bench -- vscode [--repeats 9] [--only PATTERN]
npm run bench -- papers [--truth FOLDER] [--data FOLDER] [--composites 120] [--seed 1] [--python /usr/bin/python3]

core times Groundglass beside what a user would take instead, in one run, and prints medians and their ratio. The rows on
real CT data need its folder: --data, GROUNDGLASS_DATA, or ../shared/data.

server measures throughput against ONNX Runtime alone, what a single request costs beside inference, /healthz under full load,
and five times overload; with the model that "npm start" serves unless --models says another folder.

soak loads and unloads a model again and again and watches the memory of all processes.

dataset makes copies of real CT slices (flipped, cropped, padded, re-encoded, rescaled, of another window) and counts how many the audit's search
finds and how many pairs it names wrongly, beside imagededup where Python has it.

audit runs "dataset audit" on parts of a dataset, cold and again, with time and peak memory of each: whether they grow with the number of pictures.

vscode times the extension in a real workbench: the first slice, slice changes, the mask, activation, and memory after 50 previews.

papers compares what is extracted from PDFs with hand-checked figures (--truth, or ../shared/papers-truth), counts panels of composites,
and reads the captions of COVID-CT's workbook.`;

const workspace = join(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    repeats: { type: 'string', default: '9' },
    threads: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    python: { type: 'string', default: '/usr/bin/python3' },
    models: { type: 'string' },
    model: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '64' },
    cycles: { type: 'string', default: '1000' },
    only: { type: 'string' },
    truth: { type: 'string' },
    composites: { type: 'string', default: '120' },
    manifest: { type: 'string' },
    counts: { type: 'string', default: '2500,5000,10000' },
    originals: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (positionals[0] === 'soak' && !values.help) {
  for await (const line of soakServer(Number(values.cycles))) console.log(line);
  process.exit(0);
}
if (positionals[0] === 'server' && !values.help) {
  const lines = benchServer({
    models:
      values.models === undefined
        ? await modelRepository(workspace, join(workspace, '.cache/models'))
        : resolve(values.models),
    model: values.model,
    seconds: Number(values.seconds),
    clients: Number(values.clients),
    python: values.python,
  });
  for await (const line of lines) console.log(line);
  process.exit(0);
}
if (positionals[0] === 'audit' && !values.help && values.manifest !== undefined) {
  const counts = values.counts.split(',').map(Number);
  for await (const run of benchAudit(workspace, values.manifest, counts))
    console.log(
      `${run.pictures} pictures, ${run.cold ? 'cold' : 'again'}: ${run.seconds.toFixed(0)} s (${run.processorSeconds.toFixed(0)} s of processor time), at most ${run.megabytes.toFixed(0)} MB; ${[...run.findings].map(([rule, count]) => `${count} ${rule}`).join(', ') || 'no findings'}`,
    );
  process.exit(0);
}
if (positionals[0] === 'vscode' && !values.help) {
  const { only } = values;
  const lines = await benchVscode({ workspace, repeats: Number(values.repeats), only });
  console.log(lines.join('\n'));
  process.exit(0);
}
if (values.help || !['core', 'papers', 'dataset'].includes(positionals[0] ?? '')) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const data = [
  values.data,
  process.env.GROUNDGLASS_DATA,
  join(workspace, '../shared/data'),
  join(workspace, '../../shared/data'),
]
  .filter((folder) => folder !== undefined)
  .map((folder) => resolve(folder))
  .find((folder) => existsSync(join(folder, 'README.md')));
if (positionals[0] === 'dataset') {
  if (data === undefined) {
    console.error('Expected a folder of real CT data: --data, GROUNDGLASS_DATA, or ../shared/data');
    process.exit(2);
  }
  const bench = await benchDataset(data, {
    originals: Number(values.originals),
    seed: Number(values.seed),
    python: values.python,
  });
  const { right, wrong, theirWrong, pictures, seconds, theirSeconds } = bench;
  console.log(
    formatTable(
      ['copy', 'found', 'imagededup'],
      bench.rows.map(({ change, found, of, theirs }) => [
        change,
        `${found}/${of}`,
        theirs === undefined ? '–' : `${theirs}/${of}`,
      ]),
    ),
  );
  console.log(
    `\n${pictures} pictures: ${right} pairs named rightly, ${wrong} wrongly (imagededup: ${theirWrong ?? '–'} wrongly); ${seconds.toFixed(1)} s (imagededup: ${theirSeconds?.toFixed(1) ?? '–'} s)`,
  );
  process.exit(0);
}
if (data === undefined) console.error('No folder of real CT data: its rows are left out.');

if (positionals[0] === 'papers') {
  const truth = [values.truth, join(workspace, '../shared/papers-truth')]
    .filter((folder) => folder !== undefined)
    .map((folder) => resolve(folder))
    .find((folder) => existsSync(join(folder, 'truth.json')));
  const { python } = values;
  for await (const line of benchPapers({
    truth,
    data,
    composites: Number(values.composites),
    seed: Number(values.seed),
    python,
  }))
    console.log(line);
  process.exit(0);
}
const rows = await benchCore({
  data,
  cache: join(workspace, '.cache/bench'),
  repeats: Number(values.repeats),
  python: values.python,
  threads: Number(values.threads),
});
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.versions.node}`,
);
console.log();
console.log(
  formatTable(
    ['decode + window + resize to 480', 'ours ms', 'Python ms', 'times faster'],
    rows.map(({ name, ours, theirs }) => [
      name,
      ours.toFixed(1),
      theirs?.toFixed(1) ?? '–',
      theirs === undefined ? '–' : (theirs / ours).toFixed(2),
    ]),
  ),
);
