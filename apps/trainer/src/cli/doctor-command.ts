import {
  checkProvider,
  checkTfjs,
  onnxRuntimeVersion,
  providers,
  type CheckedBackend,
  type Provider,
} from '@groundglass/nn';
import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';

/** The checks, each in its own process. */
const checks = [...providers, 'tfjs'] as const;
type Check = (typeof checks)[number];

/** A hanging driver counts as broken. */
const longestCheckMs = 120_000;

/** `doctor`: which engines and providers work here, and why the others do not. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'computes a matrix product on every engine and provider, and shows which work on this machine and why the others do not',
    )
    .option('--check <name>', `check one of ${checks.join(', ')} in this process`)
    .action(async ({ check }: { check?: string }) => {
      if (check !== undefined) {
        console.log(await runCheck(check));
        return;
      }
      console.log(
        `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} threads, ${(totalmem() / 1024 ** 3).toFixed(1)} GiB of memory`,
      );
      for (const name of checks) {
        const { works, text } = await inChild(name);
        console.log(`${works ? '✓' : '✗'} ${labels[name].padEnd(24)} ${text}`);
        if (name === 'cpu' && !works) process.exitCode = 1;
      }
    });
}

const labels: Readonly<Record<Check, string>> = {
  cpu: 'ONNX Runtime, cpu',
  cuda: 'ONNX Runtime, cuda',
  webgpu: 'ONNX Runtime, webgpu',
  tfjs: 'TensorFlow.js',
};

/** Multiplies matrices. @returns the device, its speed, and how to train with it. */
async function runCheck(name: string): Promise<string> {
  if (name === 'tfjs') {
    const checked = await checkTfjs();
    const engine = `${checked.package} ${checked.version}, backend ${checked.backend}`;
    const slow =
      checked.backend === 'cpu' ? ', about a hundred times slower than ONNX Runtime' : '';
    return `${describe(checked)}, ${engine}${slow}: train --engine tfjs`;
  }
  if (!(providers as readonly string[]).includes(name))
    throw new Error(`Expected one of ${checks.join(', ')}, got "${name}"`);
  const checked = await checkProvider(name as Provider);
  const how = name === 'cpu' ? 'the default' : `train --provider ${name}`;
  return `${describe(checked)}, onnxruntime-node ${onnxRuntimeVersion()}: ${how}`;
}

function describe({ device, milliseconds }: CheckedBackend): string {
  return `${device ?? 'an unknown device'}, matrix product in ${milliseconds.toFixed(1)} ms`;
}

/** A driver crash ends only the child process. */
async function inChild(name: Check): Promise<{ works: boolean; text: string }> {
  const child = spawn(process.execPath, [process.argv[1]!, 'doctor', '--check', name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestCheckMs,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (...ended) => {
      resolve(ended);
    });
  });
  if (code === 0) return { works: true, text: out.trim() };
  return { works: false, text: reasonOf(name, err, signal) };
}

function reasonOf(name: Check, error: string, signal: NodeJS.Signals | null): string {
  // Native libraries write their lines before the program's own, which is the last.
  const last = (error.trim().split('\n').at(-1) ?? '')
    // ONNX Runtime starts with the source line that failed.
    .replace(/^\/onnxruntime_src\/.* was false\. /, '');
  const why =
    signal === null ? last : `the check ended with ${signal}${last === '' ? '' : `: ${last}`}`;
  if (name === 'webgpu')
    return `${why}. It needs a graphics card with a Vulkan, Metal or Direct3D 12 driver`;
  return why;
}
