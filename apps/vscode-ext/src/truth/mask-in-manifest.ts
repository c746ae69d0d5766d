import { datasetSampleSchema } from '@groundglass/core';

/** The mask that a dataset's manifest gives for a path; invalid rows are skipped. */
export function maskInManifest(rows: string, path: string): string | undefined {
  const written = JSON.stringify(path).slice(1, -1);
  for (const line of rows.split('\n')) {
    // Most lines are of other images: a text search avoids parsing them.
    if (!line.includes(written)) continue;
    try {
      const sample = datasetSampleSchema.safeParse(JSON.parse(line));
      if (sample.success && sample.data.path === path && sample.data.mask) return sample.data.mask;
    } catch {
      // A line that is not JSON belongs to no image.
    }
  }
  return undefined;
}
