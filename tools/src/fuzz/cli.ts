import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus } from './corpus.js';
import { failureName, fuzzCore } from './fuzz-core.js';

const usage = `npm run fuzz -- core [--count 10000] [--seed 1] [--first 0] [--keep fuzz-failures]

Opens damaged CT files of every format. Each must end in a slice or a coded error, within two seconds of
processor time. Files that do not are kept in the folder --keep; --first N --count 1 repeats case N.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    keep: { type: 'string', default: 'fuzz-failures' },
    help: { type: 'boolean', default: false },
  },
});

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
