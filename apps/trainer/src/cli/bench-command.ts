import type { Command } from 'commander';
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parts, type Measured, type Part } from '../bench/parts.js';
import { TrainerError } from '../errors.js';

interface BenchOptions {
  readonly part?: readonly string[];
  readonly steps: string;
  readonly threads: string;
  readonly python: string;
  readonly compile?: boolean;
  readonly turns: string;
}

const run = promisify(execFile);
const ours = fileURLToPath(new URL('../bench/bench-child.js', import.meta.url));
const theirs = fileURLToPath(new URL('../../bench/torch-bench.py', import.meta.url));

/** `bench`: training, inference and memory compared to PyTorch. */
export function registerBench(program: Command): void {
  const names = Object.keys(parts).join(', ');
  program
    .command('bench')
    .description(
      'compares training, inference and memory with PyTorch’s (channels-last, from PyPI: pip install torch torchvision), and prints the ratios',
    )
    .option('--part <name...>', `${names} (default: all)`)
    .option('--steps <n>', 'steps of each, after one warm-up step', '5')
    .option('--threads <n>', 'threads for both', String(availableParallelism()))
    .option('--python <command>', 'the Python that has torch and torchvision', 'python3')
    .option('--compile', 'PyTorch compiles its network (torch.compile), which needs a C++ compiler')
    .option('--turns <n>', 'how often each side is measured, in alternation', '1')
    .action(async (options: BenchOptions) => {
      const chosen = options.part ?? Object.keys(parts);
      const unknown = chosen.find((part) => !Object.hasOwn(parts, part));
      if (unknown !== undefined)
        throw new TrainerError('TRAIN_BAD_OPTION', `Expected a part of ${names}, got "${unknown}"`);
      for (const [flag, text] of [
        ['--steps', options.steps],
        ['--threads', options.threads],
        ['--turns', options.turns],
      ] as const) {
        if (!/^[1-9]\d*$/.test(text))
          throw new TrainerError('TRAIN_BAD_OPTION', `Expected ${flag} from 1, got "${text}"`);
      }
      for (const part of chosen as Part[]) await measurePart(part, options);
    });
}

async function measurePart(part: Part, options: BenchOptions): Promise<void> {
  const { steps, threads, python, turns, compile } = options;
  console.log(`${parts[part]}; ${threads} threads, ${steps} steps`);
  const args = [part, steps, threads];
  const ratios: number[] = [];
  for (let turn = 0; turn < Number(turns); turn++) {
    const ratio = await measureTurn(part, args, python, compile === true);
    if (ratio === undefined) return;
    ratios.push(ratio);
  }
  if (ratios.length > 1)
    console.log(
      `  ${median(ratios).toFixed(2)} times PyTorch’s images/s, median of ${ratios.length} turns`,
    );
}

async function measureTurn(
  part: Part,
  args: readonly string[],
  python: string,
  compile: boolean,
): Promise<number | undefined> {
  const our = await measured('Groundglass', process.execPath, [ours, ...args]);
  print(part, our);
  if (part === 'memory') {
    const share = our.peakBytes / mostPaperBytes;
    console.log(`  ${share.toFixed(2)} times the 16 GiB that the paper recipe may take`);
    return undefined;
  }
  const flags = compile ? ['--compile'] : [];
  const reference = await measured('PyTorch', python, [theirs, ...args, ...flags]).catch(
    (error: unknown) => {
      console.log(`  PyTorch was not measured: ${reasonOf(error)}`);
      return undefined;
    },
  );
  if (!reference) return undefined;
  print(part, reference);
  const [a, b] = [median(our.seconds), median(reference.seconds)];
  console.log(
    `  ${(b / a).toFixed(2)} times PyTorch’s images/s, ${(our.peakBytes / reference.peakBytes).toFixed(2)} times its memory`,
  );
  return b / a;
}

/** Memory of a machine that can train the paper recipe. */
const mostPaperBytes = 16 * 1024 ** 3;

const imagesOf: Readonly<Record<Part, number>> = {
  train: 8,
  infer: 1,
  joint: 8,
  lite: 8,
  memory: 16,
};

function print(part: Part, { seconds, peakBytes, version }: Measured): void {
  const step = median(seconds);
  const cells = [
    version.padEnd(22),
    `${(step * 1000).toFixed(0)} ms a step`.padStart(18),
    `${(imagesOf[part] / step).toFixed(2)} images/s`.padStart(18),
    `peak ${(peakBytes / 1024 ** 3).toFixed(2)} GiB`.padStart(18),
  ];
  console.log(`  ${cells.join('')}`);
}

async function measured(who: string, command: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await run(command, [...args]).catch((error: unknown) => {
    throw new Error(`${who}: ${reasonOf(error)}`, { cause: error });
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

/** The last line of a process's output, or how it ended. */
function reasonOf(error: unknown): string {
  const { code, signal, stderr, message } = error as {
    code?: string | number;
    signal?: string | null;
    stderr?: string;
    message?: string;
  };
  if (code === 'ENOENT') return 'there is no such Python; set --python';
  if (stderr?.includes("No module named 'torch"))
    return 'install it with pip install torch torchvision, in a virtual environment that --python names';
  if (signal)
    return `it was killed by ${signal}${signal === 'SIGKILL' ? ', as happens when memory runs out' : ''}`;
  const last = stderr?.trim().split('\n').at(-1) ?? '';
  return last === '' ? (message ?? String(error)) : last;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
