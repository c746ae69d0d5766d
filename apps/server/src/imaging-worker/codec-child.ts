import { formatJsonElements } from '@groundglass/client';
import { answerCalls } from '../processes/calls.js';
import { readRefNow, toRef } from '../tensors/byte-ref.js';
import { readInferRequest } from '../oip/read-infer-request.js';
import type { CodecCalls } from './codec-calls.js';
import { OpenedVolume } from './opened-volume.js';
import { warmUp } from './warm-up.js';

/** Entry point of a codec process: decodes uploads, prepares slices, finishes masks, reads and writes large JSON. */
const volumes = new Map<string, OpenedVolume>();

answerCalls<CodecCalls>({
  warmUp,
  open: async ({ session, file, volume: chosen, lone }) => {
    const started = performance.now();
    const volume = await OpenedVolume.open(file, chosen);
    const decodeMs = performance.now() - started;
    try {
      const { info } = volume;
      const prepared =
        info.sliceCount === 1 ? await volume.prepare({ session, index: 0, ...lone }) : undefined;
      volumes.set(session, volume);
      return { info, decodeMs, prepared };
    } catch (error) {
      // The caller closes only what it has opened.
      await volume.close();
      throw error;
    }
  },
  prepare: (params) => volumeOf(params).prepare(params),
  finish: (params) => volumeOf(params).finish(params),
  overlay: (params) => volumeOf(params).overlay(params),
  segment: (params) => volumeOf(params).segment(params),
  close: async ({ session }) => {
    await volumes.get(session)?.close();
    volumes.delete(session);
    return undefined;
  },
  readInfer: ({ header, binary, spoolDir }) => {
    const call = readInferRequest(readRefNow(header), binary);
    const inputs = call.inputs.map((input) => ({
      ...input,
      data: input.data instanceof Uint8Array ? toRef(input.data, spoolDir) : input.data,
    }));
    return { ...call, inputs };
  },
  formatElements: ({ name, datatype, data }) =>
    new TextEncoder().encode(formatJsonElements({ name, datatype }, readRefNow(data))),
});

function volumeOf({ session }: { readonly session: string }): OpenedVolume {
  const volume = volumes.get(session);
  if (!volume) throw new Error('The volume is not open in this process');
  return volume;
}
