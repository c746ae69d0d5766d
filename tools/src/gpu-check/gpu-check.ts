import { providers } from '@groundglass/nn';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  lossDifference,
  lossTolerance,
  markdownTable,
  type Measured,
  type Row,
} from './measured.js';

/*
 * `gpu-check`: trains a small joint model on every provider of ONNX Runtime, compares the losses with the CPU's, and times
 * steps of DenseNet-169 against PyTorch on the same device. Needs no network. `pack.mjs` makes an archive of it for a machine that
 * has neither Node.js nor this repository.
 */
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '120' },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string', default: 'gpu-check.json' },
    help: { type: 'boolean', default: false },
  },
});
const usage = `gpu-check [--steps 5] [--seconds 120] [--python python3] [--out gpu-check.json]

  --steps    steps of DenseNet-169 that are timed; 0 compares losses only
  --seconds  time limit for one provider; the four together stay under ten minutes
  --python   a Python with torch and torchvision; without it PyTorch is not measured
  --out      where the result is written as JSON

Exits with 1 if a provider works but its losses differ from the CPU's by more than ${lossTolerance}.`;
if (values.help) {
  console.log(usage);
  process.exit(0);
}
for (const [flag, text] of [
  ['--steps', values.steps],
  ['--seconds', values.seconds],
] as const) {
  if (/^\d+$/.test(text)) continue;
  console.error(`Expected ${flag} as a whole number, got "${text}"\n\n${usage}`);
  process.exit(2);
}

const extension = existsSync(new URL('gpu-check-child.mjs', import.meta.url)) ? 'mjs' : 'js';
const beside = (name: string) => new URL(name, import.meta.url).pathname;
const rows: Row[] = [];
for (const provider of providers) {
  const args = [beside(`gpu-check-child.${extension}`), provider, values.steps];
  rows.push({ name: `ONNX Runtime, ${provider}`, ...(await measure(process.execPath, args)) });
}
const packed = beside('torch-step.py');
const script = existsSync(packed) ? packed : beside('../../gpu-check/torch-step.py');
if (values.steps !== '0')
  rows.push({ name: 'PyTorch', ...(await measure(values.python, [script, values.steps])) });

await writeFile(values.out, `${JSON.stringify({ node: process.version, rows }, undefined, 2)}\n`);
console.log(markdownTable(rows));
const [reference] = rows;
const wrong = rows.filter((row) => (lossDifference(row, reference!) ?? 0) > lossTolerance);
for (const { name } of wrong) console.error(`${name} gives different losses than the CPU.`);
if (rows.some((row) => row.problem?.includes("provider's library is missing") === true))
  console.error(
    "CUDA: set CUDA_PROVIDER to a folder with ONNX Runtime's CUDA provider; see docs/gpu.md.",
  );
if (!reference?.losses) console.error('The CPU has no losses to compare with.');
process.exitCode = wrong.length > 0 || !reference?.losses ? 1 : 0;

/** The last line of JSON that a child printed, with the reason if it ended early. */
async function measure(command: string, args: readonly string[]): Promise<Measured> {
  console.error(`… ${[command, ...args].join(' ')}`);
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Number(values.seconds) * 1000,
    killSignal: 'SIGKILL',
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const problem = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(`stopped after ${values.seconds} s`);
      else if (code === 0) resolve(undefined);
      else
        resolve([`ended with ${signal ?? code}`, ...err.trim().split('\n')].filter(Boolean).at(-1));
    });
  });
  const last =
    out
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .at(-1) ?? '{}';
  const measured = JSON.parse(last) as Measured;
  return problem === undefined ? measured : { ...measured, problem: measured.problem ?? problem };
}
