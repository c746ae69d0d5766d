import { thoraxPhantom, type PhantomOptions } from './thorax-phantom.js';
import { phantomFiles, type PhantomFormat } from './writers/write-phantom.js';
import type { PhantomFile } from './writers/phantom-file.js';

interface BundledSample {
  readonly name: string;
  readonly format: PhantomFormat;
  readonly options: PhantomOptions;
}

/** The samples at the repository's root: both classes, every format, 3 MB at most in all. */
const bundledSamples: readonly BundledSample[] = [
  { name: 'covid-slice', format: 'png', options: { seed: 61, covid: true, slices: 1 } },
  { name: 'non-covid-slice', format: 'png', options: { seed: 21, covid: false, slices: 1 } },
  { name: 'covid-figure', format: 'jpeg', options: { seed: 5, covid: true, slices: 1 } },
  {
    name: 'covid-series',
    format: 'dicom-jpegls',
    options: { seed: 77, covid: true, slices: 12, size: 384, noise: 12 },
  },
  {
    name: 'covid-volume',
    format: 'nifti-gz',
    options: { seed: 28, covid: true, slices: 24, size: 128, noise: 8 },
  },
  {
    name: 'non-covid-volume',
    format: 'mha-zlib',
    options: { seed: 52, covid: false, slices: 24, size: 128, noise: 8 },
  },
];

/** Makes the bundled samples; the same bytes every time. */
export async function sampleFiles(onSample?: (name: string) => void): Promise<PhantomFile[]> {
  const files: PhantomFile[] = [];
  for (const { name, format, options } of bundledSamples) {
    onSample?.(name);
    files.push(...(await phantomFiles(thoraxPhantom(options), format, name)));
  }
  return files;
}
