import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/**
 * `node tools/tfjs-node/build.mjs FOLDER`: builds `@tensorflow/tfjs-node` in FOLDER against the C library in PyPI's `tensorflow-cpu`, so
 * that the tests of the tfjs engine run on TensorFlow itself. Its own install step downloads that library from a server that not
 * every network reaches, in a version of 2021.
 *
 * Needs npm, Python 3 with pip, unzip, a C++17 compiler, make, and 2.5 GB of disk. It takes about five minutes, and resumes where it
 * stopped.
 */
const version = '4.22.0';
const [given] = process.argv.slice(2);
if (given === undefined || given.startsWith('-')) {
  console.error('Expected the folder to build in: node tools/tfjs-node/build.mjs FOLDER');
  process.exit(2);
}
const folder = resolve(given);
const wheels = join(folder, 'whl');
const unpacked = join(folder, 'tf');
const addon = join(folder, 'node_modules/@tensorflow/tfjs-node');
const [main, framework] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const libraries = [main, framework];

mkdirSync(wheels, { recursive: true });
if (!existsSync(join(folder, 'package.json')))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');

step('download tensorflow-cpu', wheelNames().length > 0, () => {
  run('python3', ['-m', 'pip', 'download', '--no-deps', 'tensorflow-cpu', '--dest', wheels]);
});
step('install the JavaScript of tfjs-node', existsSync(addon), () => {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['install', ...flags, `@tensorflow/tfjs-node@${version}`]);
});
step(
  'unpack the C library',
  libraries.every((name) => existsSync(join(unpacked, 'tensorflow', name))),
  () => {
    const [wheel = ''] = wheelNames();
    const wanted = ['tensorflow/libtensorflow*', 'tensorflow/include/*'];
    run('unzip', ['-qo', join(wheels, wheel), ...wanted, '-d', unpacked]);
  },
);
step('place the C library', existsSync(join(addon, 'deps/lib/libtensorflow_framework.so')), () => {
  const [include, lib] = [join(addon, 'deps/include'), join(addon, 'deps/lib')];
  for (const path of [include, lib]) rmSync(path, { recursive: true, force: true });
  mkdirSync(lib, { recursive: true });
  cpSync(join(unpacked, 'tensorflow/include'), include, { recursive: true });
  for (const name of libraries) cpSync(join(unpacked, 'tensorflow', name), join(lib, name));
  // The C functions are in the library of the C++ ones.
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2']) symlinkSync(main, join(lib, name));
  symlinkSync(framework, join(lib, 'libtensorflow_framework.so'));
});
step('compile the addon', existsSync(join(addon, 'lib/napi-v8/tfjs_binding.node')), () => {
  run(
    'npx',
    [
      '--yes',
      'node-gyp',
      'rebuild',
      '--module_name=tfjs_binding',
      `--module_path=${join(addon, 'lib/napi-v8')}`,
      '--napi_version=8',
      '--napi_build_version=8',
    ],
    { cwd: addon, env: { ...process.env, CXXFLAGS: '-std=c++17' } },
  );
});

const tf = createRequire(join(folder, 'package.json'))('@tensorflow/tfjs-node');
const [product] = tf.matMul(tf.tensor2d([[2, 3]]), tf.tensor2d([[4], [5]])).dataSync();
if (tf.getBackend() !== 'tensorflow' || product !== 23)
  throw new Error(`Expected 2·4 + 3·5 = 23 on tensorflow, got ${product} on ${tf.getBackend()}`);
console.log(
  `TensorFlow works. Set GROUNDGLASS_TFJS_NODE=${folder} for npm test and groundglass-trainer.`,
);

function wheelNames() {
  return readdirSync(wheels).filter((name) => name.endsWith('.whl'));
}

/**
 * @param {string} what
 * @param {boolean} done
 * @param {() => void} action
 */
function step(what, done, action) {
  console.log(`${done ? 'done already' : 'now'}: ${what}`);
  if (!done) action();
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: 'inherit', ...options });
  if (status === 0) return;
  console.error(`Failed: ${command} ${args.join(' ')}${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}
