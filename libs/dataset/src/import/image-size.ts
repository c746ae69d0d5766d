import { asCtError, fileSource, openVolume } from '@groundglass/core';
import { open } from 'node:fs/promises';

/** Columns and rows of an image from its header, or in words why they cannot be read. */
export async function imageSize(
  path: string,
): Promise<{ columns: number; rows: number } | { problem: string }> {
  const handle = await open(path);
  try {
    const { columns, rows } = await openVolume(await fileSource(handle));
    return { columns, rows };
  } catch (error) {
    return { problem: asCtError(error, 'CT_READ_FAILED', 'The file could not be read').message };
  } finally {
    await handle.close();
  }
}
