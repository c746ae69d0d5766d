import {
  checkProvider,
  loadTfjs,
  onnxRuntimeVersion,
  providers,
  type Provider,
} from '@groundglass/nn';
import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';

/** What is checked, each in a process of its own. */
const checks = [...providers, 'tfjs'] as const;
type Check = (typeof checks)[number];

/** A driver that hangs is a driver that does not work. */
const longestCheckMs = 120_000;

/** `doctor`: which engines and providers work here, and why the others do not. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('says which engines and providers work on this machine, and why the others do not')
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

async function runCheck(name: string): Promise<string> {
  if (name === 'tfjs') {
    const { tf, from } = await loadTfjs();
    return `${from} ${tf.version_core}, backend ${tf.getBackend()}: train --engine tfjs`;
  }
  if (!(providers as readonly string[]).includes(name))
    throw new Error(`Expected one of ${checks.join(', ')}, got "${name}"`);
  await checkProvider(name as Provider);
  const how = name === 'cpu' ? 'the default' : `train --provider ${name}`;
  return `onnxruntime-node ${onnxRuntimeVersion()}: ${how}`;
}

/** A driver that falls over in native code takes its process along, not this one. */
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
  // A program's own last word follows what native libraries wrote before it.
  const said = (error.trim().split('\n').at(-1) ?? '')
    // ONNX Runtime begins with the line of its source that failed.
    .replace(/^\/onnxruntime_src\/.* was false\. /, '');
  const why = signal === null ? said : `the check ended with ${signal}${said ? `: ${said}` : ''}`;
  if (name === 'cuda')
    return `${why}. Needs an NVIDIA card, CUDA 12 with cuDNN 9, and onnxruntime-node installed with its CUDA libraries (delete onnxruntime-node-install from .npmrc, then npm rebuild onnxruntime-node)`;
  if (name === 'webgpu')
    return `${why}. Needs a graphics card with a Vulkan, Metal or Direct3D 12 driver`;
  return why;
}
