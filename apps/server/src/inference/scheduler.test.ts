import { joinBytesElements } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { afterEach, describe, expect, test } from 'vitest';
import {
  expectedProbability,
  floats,
  grey,
  longs,
  startCore,
  tensor,
  toFloats,
  type Core,
} from './inference.fixture.js';
import { OverloadedError } from '../errors/overloaded-error.js';
import type { InferenceAnswer, InferenceRequest } from './scheduler.js';
import type { Tensor } from '../tensors/tensor.js';

let core: Core | undefined;
afterEach(async () => {
  await core?.close();
  core = undefined;
});

function infer(
  { repository, scheduler }: Core,
  name: string,
  inputs: readonly Tensor[],
  options: Partial<InferenceRequest> = {},
): Promise<InferenceAnswer> {
  return repository.use(name, undefined, (model) =>
    scheduler.submit({
      model,
      inputs,
      outputs: model.outputs.map((output) => output.name),
      priority: 1,
      deadline: performance.now() + 60_000,
      ...options,
    }),
  );
}

/** Keeps the only process busy for about 0.15 ms a step. */
const busy = (running: Core, steps: number): Promise<InferenceAnswer> =>
  infer(running, 'busy', [longs('steps', [1], [BigInt(steps)])]);

describe('Scheduler', () => {
  test('a lone request is answered with what the model computes', async () => {
    core = await startCore();
    const { outputs } = await infer(core, 'lesion-rule', [grey(0.5)]);
    expect(outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['probability', [1, 1]],
      ['logits', [1, 2]],
      ['mask', [1, 1, 32, 32]],
    ]);
    // c = 0.5: mask 0.5 everywhere, logits (1 - 2, 2 - 1), probability sigmoid(2) = 0.880797
    expect(toFloats(outputs[0]!)[0]).toBeCloseTo(0.880797, 5);
    expect(toFloats(outputs[1]!)).toEqual([-1, 1]);
    expect(core.batches).toEqual([1]);
  });

  test('requests that arrive while the process is busy run as one batch, each with its own answer', async () => {
    core = await startCore();
    const first = busy(core, 400);
    const values = [0.2, 0.4, 0.45, 0.5, 0.55, 0.6, 0.8];
    const answers = await Promise.all(
      values.map((value) => infer(core!, 'lesion-rule', [grey(value)])),
    );
    await first;
    expect(core.batches).toEqual([1, 7]);
    for (const [index, value] of values.entries()) {
      expect(toFloats(answers[index]!.outputs[0]!)[0]).toBeCloseTo(expectedProbability(value), 5);
    }
  });

  test('an answer from a batch has the same bytes as the answer alone', async () => {
    core = await startCore();
    const noise = Array.from({ length: 6 }, (_, seed) =>
      floats(
        'image',
        [1, 1, 40, 50],
        Float32Array.from({ length: 2000 }, (__, i) => Math.abs(Math.sin(i * (seed + 1)))),
      ),
    );
    const alone: InferenceAnswer[] = [];
    for (const image of noise) alone.push(await infer(core, 'lesion-rule', [image]));
    const blocker = busy(core, 400);
    const batched = await Promise.all(noise.map((image) => infer(core!, 'lesion-rule', [image])));
    await blocker;
    expect(core.batches.at(-1)).toBe(6);
    expect(batched.map(({ outputs }) => outputs)).toEqual(alone.map(({ outputs }) => outputs));
  });

  test('an answer has the same bytes next to others as alone on all cores', async () => {
    core = await startCore({ processes: 2 });
    const noise = Float32Array.from({ length: 12_000 }, (_, i) => Math.abs(Math.sin(i * i)));
    const image = floats('image', [1, 1, 100, 120], noise);
    const alone = await infer(core, 'lesion-rule', [image]);
    const blocker = busy(core, 4000);
    const beside = await infer(core, 'lesion-rule', [image]);
    expect(core.batches).toEqual([1, 1]);
    await blocker;
    expect(beside.outputs).toEqual(alone.outputs);
  });

  test('only equal shapes share a batch, and no batch is larger than max_batch_size', async () => {
    core = await startCore();
    const blocker = busy(core, 400);
    await Promise.all([
      ...Array.from({ length: 9 }, () => infer(core!, 'lesion-rule', [grey(0.5, 4, 4)])),
      ...Array.from({ length: 2 }, () => infer(core!, 'lesion-rule', [grey(0.5, 5, 4)])),
      infer(core, 'lesion-rule', [grey(0.5, 4, 4, 3)]),
    ]);
    await blocker;
    // max_batch_size is 8: nine of 4 x 4 and one of three rows make 8 + 4, the two of 5 x 4 run separately.
    expect(core.batches.slice(1)).toEqual([8, 4, 2]);
  });

  test('a batch holds up to two mebibytes of input', async () => {
    core = await startCore();
    const blocker = busy(core, 400);
    // A mebibyte each.
    await Promise.all(
      Array.from({ length: 5 }, () => infer(core!, 'lesion-rule', [grey(0.5, 512, 512)])),
    );
    await blocker;
    expect(core.batches.slice(1)).toEqual([2, 2, 1]);
  });

  test('text and whole numbers come back unchanged, also from a batch', async () => {
    core = await startCore();
    const request = (text: string, whole: bigint): Tensor[] => [
      tensor('TEXT', 'BYTES', [1, 1], joinBytesElements([new TextEncoder().encode(text)])),
      longs('WHOLE', [1, 1], [whole]),
      floats('FLOAT', [1, 1], [0.5]),
    ];
    const { outputs } = await infer(core, 'echo', request('Lunge äöü', -(2n ** 63n)));
    expect(outputs.map(({ data }) => data)).toEqual(
      request('Lunge äöü', -(2n ** 63n)).map(({ data }) => data),
    );
  });

  test('a full queue refuses with CT_OVERLOADED and a retry time', async () => {
    core = await startCore({ queueSize: 2 });
    const accepted = [busy(core, 2000), busy(core, 1), busy(core, 1)];
    const refused = await busy(core, 1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OverloadedError);
    expect(refused).toMatchObject({ code: 'CT_OVERLOADED', retryAfterS: 1 });
    await Promise.all(accepted);
  });

  test('a request whose deadline the queue cannot meet is refused at once', async () => {
    core = await startCore();
    await busy(core, 2000);
    const long = [busy(core, 2000), busy(core, 2000)];
    const soon = infer(core, 'busy', [longs('steps', [1], [1n])], {
      deadline: performance.now() + 50,
    });
    await expect(soon).rejects.toMatchObject({ code: 'CT_OVERLOADED' });
    await Promise.all(long);
  });

  test('a deadline that could barely be met is refused, since the processes may become slower', async () => {
    core = await startCore();
    const started = performance.now();
    await busy(core, 2000);
    const ms = performance.now() - started;
    const long = [busy(core, 2000), busy(core, 2000)];
    const timeLeft = (runs: number) => ({ deadline: performance.now() + runs * ms });
    // Two are before it: its answer is expected after three runs.
    const close = infer(core, 'busy', [longs('steps', [1], [1n])], timeLeft(4));
    await expect(close).rejects.toMatchObject({ code: 'CT_OVERLOADED' });
    await infer(core, 'busy', [longs('steps', [1], [1n])], timeLeft(30));
    await Promise.all(long);
  });

  test('a request that waits past its deadline is answered with CT_TIMEOUT and never runs', async () => {
    core = await startCore();
    const long = busy(core, 3000);
    const late = infer(core, 'lesion-rule', [grey(0.5)], { deadline: performance.now() + 20 });
    await expect(late).rejects.toMatchObject({ code: 'CT_TIMEOUT' });
    await long;
    await core.scheduler.drain();
    expect(core.batches).toEqual([1]);
  });

  test('a cancelled request that waits never runs', async () => {
    core = await startCore();
    const long = busy(core, 2000);
    const controller = new AbortController();
    const waiting = infer(core, 'lesion-rule', [grey(0.5)], { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CT_CANCELLED' });
    await long;
    expect(core.batches).toEqual([1]);
  });

  test('priority 1 overtakes priority 2', async () => {
    core = await startCore();
    const order: string[] = [];
    const note = (name: string) => (): void => void order.push(name);
    await Promise.all([
      busy(core, 1000).then(note('running')),
      infer(core, 'busy', [longs('steps', [1], [1n])], { priority: 2 }).then(note('late')),
      infer(core, 'lesion-rule', [grey(0.5)], { priority: 1 }).then(note('urgent')),
    ]);
    expect(order).toEqual(['running', 'urgent', 'late']);
  });

  test('when its process is killed, every request is answered once by the next one', async () => {
    core = await startCore();
    const [slot] = core.pool.slots;
    const pid = slot!.pid!;
    const answers = Promise.all([
      busy(core, 2000),
      ...[0.3, 0.5, 0.7].map((value) => infer(core!, 'lesion-rule', [grey(value)])),
    ]);
    setTimeout(() => process.kill(pid, 'SIGKILL'), 50);
    const [, ...predictions] = await answers;
    expect(predictions.map(({ outputs }) => toFloats(outputs[0]!)[0])).toEqual(
      [0.3, 0.5, 0.7].map((value) => expect.closeTo(expectedProbability(value), 5) as number),
    );
    expect(slot!.pid).not.toBe(pid);
  });

  test('a run that hangs is answered with CT_TIMEOUT and its process replaced', async () => {
    core = await startCore({ hangMs: 300 });
    const { pid } = core.pool.slots[0]!;
    await expect(busy(core, 1e9)).rejects.toMatchObject({ code: 'CT_TIMEOUT' });
    const { outputs } = await infer(core, 'lesion-rule', [grey(0.5)]);
    expect(toFloats(outputs[0]!)[0]).toBeCloseTo(0.880797, 5);
    expect(core.pool.slots[0]!.pid).not.toBe(pid);
  });

  test('a bad request in a batch fails alone', async () => {
    core = await startCore();
    const text = (bytes: number[]): Tensor[] => [
      tensor('TEXT', 'BYTES', [1, 1], joinBytesElements([Uint8Array.from(bytes)])),
      longs('WHOLE', [1, 1], [1n]),
      floats('FLOAT', [1, 1], [1]),
    ];
    const blocker = busy(core, 400);
    const [good, bad] = await Promise.allSettled([
      infer(core, 'echo', text([97])),
      infer(core, 'echo', text([0xff])), // 0xff never occurs in UTF-8
    ]);
    await blocker;
    expect(good.status).toBe('fulfilled');
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'CT_BAD_REQUEST' } });
    expect((bad as PromiseRejectedResult).reason).toBeInstanceOf(CtError);
  });
});
