import {
  datasetManifestSchema,
  datasetSampleSchema,
  type DatasetManifest,
  type DatasetSample,
  type Label,
} from '@groundglass/core';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mix32, SeededRandom } from '@groundglass/core';
import { createThorax, fieldOfView } from './thorax-phantom.js';
import { lungWindowPng, maskPng } from './writers/picture.js';

/** What to write. */
export interface PhantomDatasetOptions {
  /** Folder, made if it is missing. */
  readonly out: string;
  /** Number of images, half of them COVID-19. */
  readonly count: number;
  /** Same seed, same data set; default 1. */
  readonly seed?: number;
  /** Columns and rows; default 512. */
  readonly size?: number;
  /** Images per patient, all in one split; default 2. */
  readonly slicesPerPatient?: number;
  readonly onImage?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes a data set of phantoms: `images/`, `masks/`, `samples.jsonl` and, last, `groundglass.dataset.json`.
 *
 * Patients with COVID-19 alternate with others; about 70 % are for training, 15 % for validation and 15 % for test, at least one of each
 * label if there are three. Both labels are cut at the same heights, windowed and saved in the same way, and both have other
 * findings: nothing but the lesions tells them apart. Images without COVID-19 have a mask too, and it is empty.
 *
 * @throws {RangeError} when `count`, `size` or `slicesPerPatient` is not in its range.
 */
export async function writePhantomDataset(
  options: PhantomDatasetOptions,
): Promise<DatasetSample[]> {
  const { out, count, seed = 1, size = 512, slicesPerPatient = 2, onImage, signal } = options;
  for (const [name, value, least] of [
    ['count', count, 2],
    ['size', size, 32],
    ['slicesPerPatient', slicesPerPatient, 1],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`Expected ${name} of ${least} or more, got ${value}`);
    }
  }
  await mkdir(join(out, 'images'), { recursive: true });
  await mkdir(join(out, 'masks'), { recursive: true });
  const patients = Math.ceil(count / slicesPerPatient);
  const samples: DatasetSample[] = [];
  for (let patient = 0; samples.length < count; patient++) {
    const left = count - samples.length;
    const label: Label = patient % 2 === 0 ? 'covid' : 'non-covid';
    const ofLabel = Math.ceil((patients - (patient % 2)) / 2);
    const split = splitOf(Math.floor(patient / 2), ofLabel);
    const patientSeed = mix32(seed * 0x10001 + patient);
    const thorax = createThorax({ seed: patientSeed, covid: label === 'covid' });
    const pixel = fieldOfView(thorax.plan) / size;
    const heights = cutHeights(patientSeed, thorax, Math.min(left, slicesPerPatient));
    for (const [i, z] of heights.entries()) {
      signal?.throwIfAborted();
      const slice = thorax.slice(z, { size, pixel, thickness: 3, noiseStream: i });
      const stem = `p${String(patient + 1).padStart(4, '0')}-${i + 1}`;
      const picture = { columns: size, rows: size };
      await writeFile(join(out, 'images', `${stem}.png`), lungWindowPng(slice.hu, picture));
      await writeFile(join(out, 'masks', `${stem}.mask.png`), maskPng(slice.lesions, picture));
      samples.push(
        datasetSampleSchema.parse({
          path: `images/${stem}.png`,
          label,
          split,
          patient: `phantom-${patient + 1}`,
          source: 'phantom',
          mask: `masks/${stem}.mask.png`,
          meta: {
            seed: patientSeed,
            level: Math.round((z / thorax.plan.height) * 1000) / 1000,
            findings: [...new Set(thorax.distractors.map(({ kind }) => kind))].join(' '),
          },
        }),
      );
      onImage?.(samples.length, count);
    }
  }
  const manifest: DatasetManifest = datasetManifestSchema.parse({
    format: 'groundglass-dataset',
    version: 1,
    name: `phantoms-${seed}`,
    description: `Synthetic chest CT, ${count} images of ${patients} patients, seed ${seed}. No real patient.`,
    license: 'CC0-1.0',
    samples: 'samples.jsonl',
  });
  await writeFile(
    join(out, 'samples.jsonl'),
    samples.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
  await writeFile(
    join(out, 'groundglass.dataset.json'),
    `${JSON.stringify(manifest, undefined, 2)}\n`,
  );
  return samples;
}

/** Heights to cut at: through the middle of lesions, or anywhere in the range that lesions are drawn from. */
function cutHeights(
  seed: number,
  { plan, lesions }: ReturnType<typeof createThorax>,
  count: number,
): number[] {
  const random = new SeededRandom(seed, 20);
  return Array.from({ length: count }, (_, i) =>
    lesions.length > 0
      ? lesions[(i * 3) % lesions.length]!.centre[2] + random.uniform(-4, 4)
      : plan.height * random.uniform(0.14, 0.74) + random.uniform(-4, 4),
  );
}

function splitOf(index: number, patients: number): DatasetSample['split'] {
  const held = patients < 3 ? 0 : Math.max(1, Math.round(patients * 0.15));
  if (patients === 2 && index === 1) return 'val';
  if (index >= patients - held) return 'test';
  return index >= patients - 2 * held ? 'val' : 'train';
}
