import type { Page } from '@playwright/test';
import { encodeMask } from '@groundglass/core';
import type { ViewerVolume } from '../src/index.js';

/**
 * Made in the page, since functions cannot be passed to it: a chest-like volume of ellipses (body, lungs, spine, ribs), with a lesion in the
 * left lung that grows towards the middle slices.
 */
export async function openChest(
  page: Page,
  { sliceCount = 24, truth = true, delay = 0, classes = false, colours = false } = {},
): Promise<void> {
  await page.evaluate(
    ({ sliceCount, truth, delay, classes, colours }) => {
      const size = 256;
      const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
        ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
      const texture = (x: number, y: number) =>
        30 * Math.sin(x / 3.1) * Math.cos(y / 2.7) + 20 * Math.sin((x + 2 * y) / 7);
      const lesionRadius = (index: number) => 22 * Math.sin((Math.PI * (index + 0.5)) / sliceCount);
      const slicePixels = (index: number) => {
        const pixels = new Float32Array(size * size).fill(-1024);
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            let value = -1000;
            if (inside(x, y, 128, 132, 112, 84)) value = -90 + texture(x, y) / 4;
            if (inside(x, y, 128, 132, 102, 74)) value = 45 + texture(x, y) / 3;
            const ring = Math.hypot((x - 128) / 104, (y - 132) / 76);
            if (ring > 0.93 && ring < 0.98 && Math.sin(Math.atan2(y - 132, x - 128) * 14) > 0.4)
              value = 700;
            if (inside(x, y, 84, 128, 36, 54) || inside(x, y, 172, 128, 36, 54)) {
              value = -850 + texture(x, y);
              const vessel = Math.sin(x / 5 + index / 3) * Math.sin(y / 6 - index / 4);
              if (vessel > 0.93) value = -150;
            }
            if (inside(x, y, 178, 150, lesionRadius(index), lesionRadius(index) * 0.8))
              value = -480 + texture(x, y) * 2.5;
            if (inside(x, y, 140, 112, 26, 30)) value = 60 + texture(x, y) / 3;
            if (inside(x, y, 128, 190, 18, 15)) value = 420 + texture(x, y);
            if (inside(x, y, 128, 188, 7, 7)) value = 40;
            pixels[y * size + x] = value;
          }
        }
        return pixels;
      };
      const truthPixels = (index: number) =>
        Uint8Array.from(
          { length: size * size },
          (_, at) =>
            (classes && at % size > 184 ? 2 : 1) *
            Number(
              inside(
                at % size,
                Math.floor(at / size),
                184,
                146,
                lesionRadius(index),
                lesionRadius(index) * 0.8,
              ),
            ),
        );
      const wait = () => new Promise((resolve) => setTimeout(resolve, delay));
      const viewer = document.querySelector('groundglass-viewer')!;
      const volume: ViewerVolume = {
        title: 'chest-phantom',
        format: 'dicom',
        columns: size,
        rows: size,
        sliceCount,
        unit: 'HU',
        pixelSpacing: { column: 1.4, row: 1.4 },
        geometry: {
          spacing: { column: 1.4, row: 1.4, slice: 5 },
          rowDirection: [1, 0, 0],
          columnDirection: [0, 1, 0],
          sliceDirection: [0, 0, 1],
          origin: [-179.2, -179.2, -60],
        },
        windows: [{ center: 50, width: 350, name: 'ABDOMEN' }],
        warnings: [],
        metadata: [
          { key: '(0010,0010)', name: "Patient's Name", value: 'Doe^Jane', identifying: true },
          { key: '(0010,0020)', name: 'Patient ID', value: 'PH-0042', identifying: true },
          { key: '(0008,0060)', name: 'Modality', value: 'CT', identifying: false },
          { key: '(0018,0050)', name: 'Slice Thickness', value: '5', identifying: false },
          { key: '(0018,0060)', name: 'KVP', value: '120', identifying: false },
          { key: '(0018,1210)', name: 'Convolution Kernel', value: 'STANDARD', identifying: false },
          { key: '(0008,0070)', name: 'Manufacturer', value: 'Phantom Works', identifying: false },
        ],
      };
      viewer.open(volume, {
        slice: async (index) => {
          if (delay > 0) await wait();
          return { index, columns: size, rows: size, unit: 'HU', pixels: slicePixels(index) };
        },
        ...(truth && { truth: (index: number) => Promise.resolve(truthPixels(index)) }),
        ...(colours && {
          colours: () =>
            Promise.resolve({
              columns: size,
              rows: size,
              data: Uint8ClampedArray.from(
                { length: 4 * size * size },
                (_, at) => [at % 251, (at >> 3) % 256, 40, 255][at % 4]!,
              ),
            }),
        }),
      });
    },
    { sliceCount, truth, delay, classes, colours },
  );
}

/** Gives the viewer a prediction of the chest: a soft disc around the lesion on each slice. */
export async function predictChest(
  page: Page,
  { sliceCount = 24, trained = true, positive = 'covid' } = {},
): Promise<void> {
  const masks = Array.from({ length: sliceCount }, (_, index) =>
    softDisc(22 * Math.sin((Math.PI * (index + 0.5)) / sliceCount)),
  );
  const slices = masks.map((data, index) => {
    const strength = Math.sin((Math.PI * (index + 0.5)) / sliceCount);
    return {
      index,
      probability: 0.08 + 0.84 * strength ** 2,
      lesionFraction: 0.14 * strength ** 2,
      counted: true,
      mask: { width: 256, height: 256, encoding: 'png' as const, data },
    };
  });
  await page.evaluate(
    ({ slices, trained, positive }) => {
      const viewer = document.querySelector('groundglass-viewer')!;
      viewer.prediction = {
        kind: 'done',
        prediction: {
          id: 'p1',
          file: 'chest.nii.gz',
          label: positive,
          withheld: [],
          probability: 0.873,
          threshold: 0.5,
          aggregation: 'top-mean:0.5',
          lesionFraction: 0.061,
          slices,
          model: { name: 'thorax-net', version: '1', sha256: 'a'.repeat(64), trained, positive },
          preprocessing: { window: { center: -500, width: 1500 }, crop: 'chest', huLost: false },
          warnings: trained ? [] : [{ code: 'MODEL_UNTRAINED' as const }],
          timingsMs: { decode: 12, queue: 0, infer: 388, total: 402 },
        },
      };
    },
    { slices, trained, positive },
  );
}

/** A PNG in base64 of a disc that fades at its rim. */
function softDisc(radius: number): string {
  const size = 256;
  const mask = new Float32Array(size * size);
  for (let at = 0; at < mask.length; at++) {
    const distance = Math.hypot(
      ((at % size) - 178) / radius,
      (Math.floor(at / size) - 150) / (radius * 0.8),
    );
    mask[at] = Math.min(1, Math.max(0, (1.25 - distance) * 2));
  }
  return encodeMask(mask, size, size).data;
}
