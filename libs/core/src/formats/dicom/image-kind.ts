import type { DataSet } from 'dicom-parser';
import { textValues } from './attribute-values.js';

/** What an image of a CT study is: a slice, a localizer (scout, topogram), or a capture such as a dose report. */
export type ImageKind = 'slice' | 'localizer' | 'capture';

/** Secondary Capture Image Storage and its multi-frame variants (PS3.4 B.5). */
const secondaryCapture = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.\d+)*$/;

/**
 * Tells an image's kind by its SOP Class and Image Type (PS3.3 C.8.2.1.1.1). `SECONDARY` alone does not make a capture: reformatted
 * slices carry it too.
 */
export function imageKind(dataSet: DataSet): ImageKind {
  const type = textValues(dataSet, 'x00080008').map((value) => value.toUpperCase());
  if (type.includes('LOCALIZER')) return 'localizer';
  const isCapture =
    secondaryCapture.test(textValues(dataSet, 'x00080016')[0] ?? '') ||
    type.some((value) => /SCREEN|DOSE/.test(value));
  return isCapture ? 'capture' : 'slice';
}
