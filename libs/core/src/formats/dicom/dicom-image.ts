import type { DataSet } from 'dicom-parser';
import type { ByteSource } from '../byte-source.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { asCtError, CtError } from '../../errors.js';
import type { Limits } from '../limits.js';
import type { Acquisition, PixelUnit } from '../../contracts/volume.js';
import type { WasmCodecs } from './codecs/wasm-codec.js';
import { firstNumber, firstText, textValues } from './attribute-values.js';
import { decodeFrame } from './decode-frame.js';
import { readFramePlanes, type FramePlane } from './dicom-frame.js';
import { frameReader } from './frame-bytes.js';
import { readPixelFormat, type PixelFormat } from './pixel-format.js';
import { pixelValues, readPalette, type ValueMapping } from './pixel-values.js';
import { readDicomHeader, type DicomHeader } from './read-header.js';

/** One DICOM file whose header is read and whose frames are decoded when asked for. */
export interface DicomImage {
  /** The file's name, for the sentences of errors; undefined where the caller gave none. */
  readonly name: string | undefined;
  readonly dataSet: DataSet;
  readonly format: PixelFormat;
  readonly unit: PixelUnit;
  readonly planes: readonly FramePlane[];
  readonly warnings: readonly Warning[];
  readonly acquisition: Acquisition;
  readonly seriesUid: string;
  readonly instanceNumber: number;
  decode(frame: number, signal?: AbortSignal): Promise<Float32Array>;
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

/**
 * Reads the header of one DICOM image.
 *
 * Values are Hounsfield units where the modality is CT and the pixels are grey with more than 8 bits or with a rescale
 * intercept; a screen capture in CT's clothes is grey, as everything else is.
 *
 * @throws {CtError} `CT_NO_PIXELS`, `CT_UNSUPPORTED`, `CT_CORRUPT`, `CT_TRUNCATED`, `CT_TOO_LARGE`.
 */
export async function readDicomImage(
  source: ByteSource,
  options: ReadOptions,
): Promise<DicomImage> {
  const header = await readDicomHeader(source, options.limits);
  try {
    return imageOf(header, options);
  } catch (error) {
    // The parser throws plain errors where an attribute is shorter than its type.
    throw asCtError(error, 'CT_CORRUPT', 'Expected whole attributes in the DICOM header');
  }
}

interface ReadOptions {
  readonly limits: Limits;
  readonly codecs: WasmCodecs;
  readonly name?: string | undefined;
}

/** Segmentation Storage (PS3.3 A.51). Its fractional masks have eight bits and are read as grey, its binary ones have one. */
const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';

function imageOf(header: DicomHeader, { limits, codecs, name }: ReadOptions): DicomImage {
  const { dataSet, syntax } = header;
  const isSegmentation = dataSet.string('x00080016')?.trim() === segmentationStorage;
  if (isSegmentation && dataSet.uint16('x00280100') === 1) {
    throw new CtError(
      'CT_UNSUPPORTED',
      'Expected an image, the DICOM file is a binary segmentation',
    );
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
  const read = frameReader(header, format);
  const planes = readFramePlanes(dataSet, format.frames);
  const isColour = colour.includes(format.photometric) || format.samplesPerPixel === 3;
  const isCt = (dataSet.string('x00080060')?.trim() ?? 'CT') === 'CT';
  const measured =
    isCt && !isColour && (format.bitsStored > 8 || planes.some((plane) => plane.rescaled));
  const unit: PixelUnit = measured ? 'HU' : 'grey';
  const palette = format.photometric === 'PALETTE COLOR' ? readPalette(dataSet) : undefined;
  const padding = readPadding(dataSet, format);
  return {
    name,
    dataSet,
    format,
    unit,
    planes,
    warnings: [
      ...(measured ? [] : [{ code: 'HU_LOST' } as const]),
      ...(isCt ? [] : [{ code: 'NOT_CT' } as const]),
      ...(isColour ? [{ code: 'COLOUR_TO_GREY' } as const] : []),
      ...(syntax.lossy || dataSet.string('x00282110')?.trim() === '01'
        ? [{ code: 'LOSSY_COMPRESSION' } as const]
        : []),
    ],
    acquisition: {
      modality: firstText(dataSet, 'x00080060'),
      imageType: textValues(dataSet, 'x00080008'),
      bodyPart: firstText(dataSet, 'x00180015'),
    },
    seriesUid: dataSet.string('x0020000e')?.trim() ?? '',
    instanceNumber: firstNumber(dataSet, 'x00200013') ?? 0,
    async decode(frame, signal) {
      if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
      const bytes = await read(frame);
      if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
      const stored = await decodeFrame(bytes, syntax, format, codecs);
      const plane = planes[frame]!;
      const mapping: ValueMapping = {
        unit,
        slope: plane.slope,
        intercept: plane.intercept,
        padding,
        greyWindow: measured ? undefined : plane.windows[0],
        palette: palette?.palette,
        paletteStart: palette?.start ?? 0,
      };
      return pixelValues(stored, format, mapping);
    },
  };
}

/** Pixel Padding Value, with Pixel Padding Range Limit on either side of it. */
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
