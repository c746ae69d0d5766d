import { encodePng } from '@groundglass/core';
import { OpenedVolume } from './opened-volume.js';

/** Small enough for messages: there is no folder for larger ones here. */
const side = 88;

/** Runs every step of a prediction on a made-up chest slice and discards the result. */
export async function warmUp(): Promise<undefined> {
  const data = encodePng({ columns: side, rows: side, channels: 1, data: chest() });
  const volume = await OpenedVolume.open({ data, name: undefined, companions: [] });
  const slice = { session: '', index: 0, crop: 'none' as const };
  const { shape } = await volume.prepare({ ...slice, spoolDir: '' });
  const mask = new Uint8Array(4 * side * side);
  volume.finish({
    ...slice,
    mask: { name: 'mask', datatype: 'FP32', shape: [1, ...shape], data: mask },
    probability: 0,
    distance: null,
    encodeMask: true,
    keepSlice: false,
    keepFrom: undefined,
  });
  await volume.close();
  return undefined;
}

/** A body with two lungs. */
function chest(): Uint8Array {
  return Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) / side - 0.5, Math.floor(at / side) / side - 0.5];
    const inBody = (x / 0.45) ** 2 + (y / 0.35) ** 2 < 1;
    const inLung = ((Math.abs(x) - 0.2) / 0.14) ** 2 + (y / 0.22) ** 2 < 1;
    return inLung ? 40 : inBody ? 190 : 0;
  });
}
