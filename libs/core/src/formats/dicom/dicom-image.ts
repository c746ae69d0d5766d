import type { DataSet } from 'dicom-parser';
import type { ByteSource } from '../byte-source.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { asCtError, CtError } from '../../errors.js';
import type { Limits } from '../limits.js';
import type { Acquisition } from '../../contracts/volume.js';
import type { WasmCodecs } from './codecs/wasm-codec.js';
import { firstNumber, firstText, textValues } from './attribute-values.js';
import { decodeFrame } from './decode-frame.js';
import { readFramePlanes, type FramePlane } from './dicom-frame.js';
import { openFrames } from './frame-bytes.js';
import { imageKind, type ImageKind } from './image-kind.js';
import { readModalityLut } from './modality-lut.js';
import { readPixelFormat, type PixelFormat } from './pixel-format.js';
import { pixelValues, readPalette, type ValueMapping } from './pixel-values.js';
import { readDicomHeader, type DicomHeader } from './read-header.js';

/** What the header says the values are. Only the values themselves show whether a CT's are Hounsfield units. */
export type ValueClaim = 'HU' | 'grey' | 'colour';

/** One DICOM file with its header read; frames are decoded on demand. */
export interface DicomImage {
  /** The file's name, for error messages; undefined if the caller gave none. */
  readonly name: string | undefined;
  readonly dataSet: DataSet;
  readonly format: PixelFormat;
  readonly claim: ValueClaim;
  /** Whether some stored values mark pixels that were never measured. */
  readonly hasPadding: boolean;
  readonly kind: ImageKind;
  readonly planes: readonly FramePlane[];
  readonly warnings: readonly Warning[];
  readonly acquisition: Acquisition;
  readonly seriesUid: string;
  readonly instanceUid: string;
  readonly instanceNumber: number;
  /**
   * Decodes one frame to the values of the header's scale; colour to grey 0–1.
   *
   * @param padding the value for pixels that were never measured.
   */
  decode(frame: number, padding: number, signal?: AbortSignal): Promise<Float32Array>;
}

const colour = [
  'RGB',
  'PALETTE COLOR',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_ICT',
  'YBR_RCT',
  'YBR_PARTIAL_422',
  'YBR_PARTIAL_420',
];

interface ReadOptions {
  readonly limits: Limits;
  readonly codecs: WasmCodecs;
  readonly name?: string | undefined;
}

/**
 * Reads the header of one DICOM image.
 *
 * The header claims Hounsfield units if the modality is CT and the pixels are grey with more than 8 bits or with a rescale.
 *
 * @throws {CtError} `CT_NO_PIXELS`, `CT_UNSUPPORTED`, `CT_CORRUPT`, `CT_TRUNCATED`, `CT_TOO_LARGE`; `seriesUidOf` gives the series
 *   if the header could be read.
 */
export async function readDicomImage(
  source: ByteSource,
  options: ReadOptions,
): Promise<DicomImage> {
  const header = await readDicomHeader(source, options.limits);
  try {
    return await imageOf(header, options);
  } catch (error) {
    // The parser throws plain errors for an attribute shorter than its type.
    const known = asCtError(error, 'CT_CORRUPT', 'Expected whole attributes in the DICOM header');
    seriesOfErrors.set(known, firstText(header.dataSet, 'x0020000e') ?? '');
    throw known;
  }
}

const seriesOfErrors = new WeakMap<CtError, string>();

/** The Series Instance UID of a file that {@link readDicomImage} refused, if its header could be read. */
export function seriesUidOf(error: CtError): string | undefined {
  return seriesOfErrors.get(error);
}

const otherObjects = new WeakSet<CtError>();

/** Whether {@link readDicomImage} refused a file that is no slice, such as a segmentation or a report. */
export function isOtherObject(error: CtError): boolean {
  return error.code === 'CT_NO_PIXELS' || otherObjects.has(error);
}

/** Segmentation Storage (PS3.3 A.51). Fractional masks have eight bits and are read as grey, binary ones have one bit. */
const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';

async function imageOf(
  header: DicomHeader,
  { limits, codecs, name }: ReadOptions,
): Promise<DicomImage> {
  const { dataSet, syntax } = header;
  const isSegmentation = dataSet.string('x00080016')?.trim() === segmentationStorage;
  if (isSegmentation && dataSet.uint16('x00280100') === 1) {
    const error = new CtError(
      'CT_UNSUPPORTED',
      'Expected an image, the DICOM file is a binary segmentation',
    );
    otherObjects.add(error);
    throw error;
  }
  if (!header.pixelData) {
    const other = dataSet.elements.x7fe00008 ?? dataSet.elements.x7fe00009;
    throw other
      ? new CtError('CT_UNSUPPORTED', 'Expected integer pixels, these are floating point')
      : new CtError('CT_NO_PIXELS', 'Expected an image, the DICOM file holds no pixel data');
  }
  const format = readPixelFormat(dataSet);
  const count = format.columns * format.rows * format.frames;
  if (count > limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.volumePixels} pixels, the header says ${format.columns}×${format.rows}×${format.frames}`,
    );
  }
  const frames = await openFrames(header, format);
  const planes = readFramePlanes(dataSet, format.frames);
  const isColour = colour.includes(format.photometric) || format.samplesPerPixel === 3;
  const modality = firstText(dataSet, 'x00080060');
  const isCt = modality === null || modality === 'CT';
  const lut = readModalityLut(dataSet);
  const scaled = lut !== undefined || planes.some((plane) => plane.rescaled);
  const claimsHu = isCt && !isColour && (format.bitsStored > 8 || scaled);
  const palette = format.photometric === 'PALETTE COLOR' ? readPalette(dataSet) : undefined;
  const padding = readPadding(dataSet, format);
  const kind = imageKind(dataSet);
  return {
    name,
    dataSet,
    format,
    claim: isColour ? 'colour' : claimsHu ? 'HU' : 'grey',
    hasPadding: padding !== undefined,
    kind,
    planes,
    warnings: [
      ...(isCt ? [] : [{ code: 'NOT_CT', detail: `modality ${modality}` } as const]),
      ...(kind === 'localizer' ? [{ code: 'LOCALIZER' } as const] : []),
      ...(kind === 'capture' ? [{ code: 'SECONDARY_CAPTURE' } as const] : []),
      ...(isColour ? [{ code: 'COLOUR_TO_GREY' } as const] : []),
      ...(frames.lossy || firstText(dataSet, 'x00282110') === '01'
        ? [{ code: 'LOSSY_COMPRESSION' } as const]
        : []),
      ...header.warnings,
      ...frames.warnings,
      ...(format.repaired === undefined
        ? []
        : [{ code: 'HEADER_REPAIRED', detail: format.repaired } as const]),
      ...repairsOf(planes),
    ],
    acquisition: {
      modality,
      imageType: textValues(dataSet, 'x00080008'),
      bodyPart: firstText(dataSet, 'x00180015'),
    },
    seriesUid: firstText(dataSet, 'x0020000e') ?? '',
    instanceUid: firstText(dataSet, 'x00080018') ?? '',
    instanceNumber: firstNumber(dataSet, 'x00200013') ?? 0,
    async decode(frame, paddingTo, signal) {
      if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
      const bytes = await frames.read(frame);
      if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
      const stored = await decodeFrame(bytes, syntax, format, { codecs, isPlain: frames.isPlain });
      const plane = planes[frame]!;
      const mapping: ValueMapping = {
        slope: plane.slope,
        intercept: plane.intercept,
        lut,
        padding,
        paddingTo,
        palette: palette?.palette,
        paletteStart: palette?.start ?? 0,
      };
      return pixelValues(stored, format, mapping);
    },
  };
}

/** What was wrong with the frames' scales, without repeats. */
function repairsOf(planes: readonly FramePlane[]): Warning[] {
  const details = new Set(planes.flatMap(({ repaired }) => repaired));
  return [...details].map((detail) => ({ code: 'HEADER_REPAIRED', detail }));
}

/**
 * Pixel Padding Value, with Pixel Padding Range Limit on either side of it (PS3.3 C.7.5.1.1.2), as a range of the allocated bits:
 * the value may be outside the stored ones.
 */
function readPadding(
  dataSet: DataSet,
  { signed }: PixelFormat,
): readonly [number, number] | undefined {
  const read = (tag: string) => (signed ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = read('x00280120');
  if (value === undefined) return undefined;
  const limit = read('x00280121') ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}
