import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnServer, testModels } from '../serving/spawn-server.js';
import { readCorpus } from './corpus.js';
import { failureName, fuzzCore } from './fuzz-core.js';
import { fuzzServer } from './fuzz-server.js';

const usage = `npm run fuzz -- core [--count 10000] [--seed 1] [--first 0] [--keep fuzz-failures]

npm run fuzz -- server [--count 10000] [--uploads 1000] [--seed 1]

core opens damaged CT files of every format. Each must end in a slice or a coded error, within two seconds of
processor time. Files that do not are kept in the folder --keep; --first N --count 1 repeats case N.

server starts the model server and sends it wrong requests and damaged files. It must stay up, never answer 500, and reveal nothing of
its internals.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    keep: { type: 'string', default: 'fuzz-failures' },
    uploads: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
});

if (positionals[0] === 'server' && !values.help) {
  const { failures } = await fuzzServerReport(values);
  process.exit(failures > 0 ? 1 : 0);
}
if (values.help || positionals[0] !== 'core') {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const corpus = await readCorpus();
const count = Number(values.count);
const first = Number(values.first);
console.log(`${count} cases from ${corpus.length} files, seed ${values.seed}`);
const result = await fuzzCore(corpus, {
  seed: Number(values.seed),
  count,
  first,
  onCase: (n) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${n - first + 1}/${count}`);
  },
});
if (process.stderr.isTTY) process.stderr.write('\n');
for (const [name, times] of [...result.outcomes].sort((a, b) => b[1] - a[1])) {
  console.log(`${String(times).padStart(7)}  ${name}`);
}
console.log(`slowest case: ${Math.round(result.slowestMs)} ms of processor time`);
console.log(`largest resident set: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
for (const failure of result.failures) {
  await mkdir(values.keep, { recursive: true });
  await writeFile(join(values.keep, failureName(failure)), failure.bytes);
  console.error(`case ${failure.case} (${failure.corpusFile}): ${failure.reason}`);
}
console.log(`${result.failures.length} failures`);
process.exit(result.failures.length > 0 ? 1 : 0);

async function fuzzServerReport(options: {
  readonly count: string;
  readonly uploads: string;
  readonly seed: string;
}): Promise<{ failures: number }> {
  await using server = await spawnServer(['--models', testModels, '--idle-seconds', '1']);
  const requests = Number(options.count);
  const uploads = Number(options.uploads);
  console.log(`${requests} requests and ${uploads} uploads, seed ${options.seed}`);
  const report = await fuzzServer(server, await readCorpus(), {
    seed: Number(options.seed),
    requests,
    uploads,
    onCase: (n) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${n + 1}/${requests + uploads}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  for (const [name, times] of [...report.outcomes].sort((a, b) => b[1] - a[1])) {
    console.log(`${String(times).padStart(7)}  ${name}`);
  }
  console.log(`slowest /healthz: ${report.slowestHealthMs.toFixed(1)} ms`);
  for (const failure of report.failures) console.error(failure);
  console.log(`${report.failures.length} failures, the server ${server.ended ? 'ended' : 'is up'}`);
  return { failures: report.failures.length };
}
