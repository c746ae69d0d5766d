import { oipDatatypes } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { answerCalls } from '../processes/calls.js';
import { readRefNow, toRef } from '../tensors/byte-ref.js';
import type { InferenceCalls, RunParams, RunResult } from './inference-calls.js';
import { feedName, loadSession, timeRuns, warmUp, type LoadedSession } from './load-session.js';
import { fromOrtTensor, toOrtTensor } from '../tensors/ort-tensor.js';
import type { Tensor } from '../tensors/tensor.js';

/** Entry point of an inference process: holds sessions of ONNX Runtime and runs batches. */
const sessions = new Map<string, LoadedSession>();

answerCalls<InferenceCalls>({
  load: async (params) => {
    const loaded = await loadSession(params);
    sessions.set(params.key, loaded);
    return loaded.model;
  },
  warmUp: async ({ key, warmups }) => {
    for (const each of warmups) await warmUp(loadedOf(key), each);
    return undefined;
  },
  time: ({ key, warmup, runs }) => timeRuns(loadedOf(key), warmup, runs),
  unload: async ({ key }) => {
    const loaded = sessions.get(key);
    sessions.delete(key);
    await Promise.all([loaded?.session.release(), loaded?.alone?.release()]);
    return undefined;
  },
  run,
});

async function run({ key, items, outputs, alone, spoolDir }: RunParams): Promise<RunResult> {
  const loaded = loadedOf(key);
  const { bfloat16 } = loaded;
  const started = process.hrtime.bigint();
  const feeds = Object.fromEntries(
    items[0]!.map(({ name, datatype }, index) => {
      const parts = items.map((item) => ({
        shape: item[index]!.shape,
        data: readRefNow(item[index]!.data),
      }));
      return [feedName(name, bfloat16), toOrtTensor(name, datatype, parts)] as const;
    }),
  );
  const prepared = process.hrtime.bigint();
  const session = (alone ? loaded.alone : undefined) ?? loaded.session;
  const results = await session.run(
    feeds,
    outputs.map((name) => feedName(name, bfloat16)),
  );
  const inferred = process.hrtime.bigint();

  const rows = items.map((item) => (items.length === 1 ? undefined : item[0]!.shape[0]!));
  const split: Tensor[][] = items.map(() => []);
  for (const name of outputs) {
    const result = results[feedName(name, bfloat16)]!;
    const spec = loaded.model.outputs.find((output) => output.name === name)!;
    const parts = splitRows(
      fromOrtTensor(result, spec.datatype),
      result.dims,
      rows,
      oipDatatypes[spec.datatype],
    );
    for (const [index, { shape, data }] of parts.entries()) {
      split[index]!.push({
        name,
        datatype: spec.datatype,
        shape,
        data: toRef(data, spoolDir),
      });
    }
  }
  return {
    items: split,
    inputNs: Number(prepared - started),
    inferNs: Number(inferred - prepared),
    outputNs: Number(process.hrtime.bigint() - inferred),
  };
}

function loadedOf(key: string): LoadedSession {
  const loaded = sessions.get(key);
  if (!loaded) throw new Error('The model is not loaded in this process');
  return loaded;
}

/** Cuts an output of a batch along its first dimension; `undefined` takes all, which is the batch of one. */
function splitRows(
  bytes: Uint8Array,
  dims: readonly number[],
  rows: readonly (number | undefined)[],
  elementBytes: number | undefined,
): { shape: number[]; data: Uint8Array }[] {
  if (rows.length === 1) return [{ shape: [...dims], data: bytes }];
  const total = rows.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (dims[0] !== total || elementBytes === undefined) {
    throw new CtError(
      'CT_MODEL_INVALID',
      'Expected outputs with one row for each row of the batch: set max_batch_size to 0',
    );
  }
  const rowBytes = dims.slice(1).reduce((product, size) => product * size, elementBytes);
  let offset = 0;
  return rows.map((count = 0) => {
    const data = bytes.subarray(offset, (offset += count * rowBytes));
    return { shape: [count, ...dims.slice(1)], data };
  });
}
