import { datasetSampleSchema } from '@groundglass/core';

/** The mask that the rows of a dataset's manifest name for a path; rows that are not valid are passed over. */
export function maskInManifest(rows: string, path: string): string | undefined {
  const written = JSON.stringify(path).slice(1, -1);
  for (const line of rows.split('\n')) {
    // Most lines are of other images: a look at the text spares parsing them.
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
