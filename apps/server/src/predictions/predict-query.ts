import { sliceSelectionPattern, windowPattern } from '@groundglass/client';
import { z } from 'zod';

const fraction = z.coerce.number().min(0).max(1);
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((text) => text === '1' || text === 'true');

/** The query of `POST /v1/predictions`; an unknown parameter is refused rather than ignored. */
export const predictQuerySchema = z.strictObject({
  model: z.string().min(1).max(128).optional().describe('model (default: the server’s)'),
  version: z.string().min(1).max(20).optional().describe('version (default: the newest)'),
  slices: z
    .string()
    .regex(sliceSelectionPattern, 'expected all, middle, an index or a range such as 10-20')
    .optional()
    .describe('slices of a volume: all, middle, an index from 0, or a range with both ends'),
  volume: z.coerce
    .number()
    .int()
    .min(0)
    .max(9999)
    .optional()
    .describe(
      'the volume to score, from 0, of a file or an upload with several: time points, phases, series (default: the first)',
    ),
  startAt: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('the slice to score first, followed by those after it, then those before it'),
  mask: flag.optional().describe('whether slices carry their masks (1, the default) or not (0)'),
  crop: z
    .enum(['none', 'chest'])
    .optional()
    .describe('the part of the slice that the model sees (default: the one it was trained on)'),
  threshold: fraction.optional().describe('decision threshold in place of the model’s own'),
  timeout: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600_000)
    .optional()
    .describe('milliseconds after which the client no longer wants the answer'),
  priority: z
    .enum(['interactive', 'background'])
    .optional()
    .describe('background requests yield to others; volumes are background by default'),
  window: z
    .string()
    .regex(windowPattern, 'expected centre,width in HU such as -600,1500')
    .transform((text) => {
      const [center = 0, width = 1] = text.split(',').map(Number);
      return { center, width };
    })
    .refine(({ width }) => width > 0, 'expected a width of more than 0')
    .optional()
    .describe('overlay: centre and width of the window in HU (default: the lung window)'),
  opacity: fraction.default(0.45).describe('overlay: share of the colour where the mask is 1'),
  maskThreshold: fraction
    .default(0.5)
    .describe('overlay and segmentation: lesion probability from which a pixel counts'),
});
export type PredictQuery = z.output<typeof predictQuerySchema>;

/**
 * The indices of a selection.
 *
 * @param most how many there may be.
 * @returns undefined when it names a slice that the volume does not have.
 */
export function selectSlices(
  selection: string,
  sliceCount: number,
  most: number,
): number[] | 'too many' | undefined {
  if (selection === 'middle') return [sliceCount >> 1];
  const [first = 0, last = first] =
    selection === 'all' ? [0, sliceCount - 1] : selection.split('-').map(Number);
  if (first > last || last >= sliceCount) return undefined;
  const length = last - first + 1;
  if (length > most) return 'too many';
  return Array.from({ length }, (_, step) => first + step);
}
