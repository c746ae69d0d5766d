// Over 300 lines: one DICOM object, module after module in the order of PS3.3 A.51, best read next to it.

import { randomUUID } from 'node:crypto';
import { CtError, asCtError, type CtVolume, type Geometry, type Vector3 } from '@groundglass/core';
import dcmjs, { type NaturalDataset } from 'dcmjs';

/** A slice of the source and its lesion pixels, 1 where lesion, row by row. */
export interface SegmentedSlice {
  readonly index: number;
  readonly lesion: Uint8Array;
}

interface SegmentationOptions {
  readonly model: { readonly name: string; readonly version: string };
  readonly maskThreshold: number;
}

// dcmjs would log any number of warnings about damaged headers, with values from the file.
dcmjs.log.setLevel('silent');

const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';
const explicitLittleEndian = '1.2.840.10008.1.2.1';
/** Groups and elements as `AT` values: segment number, then position along the normal. */
const pointers = {
  segmentIdentificationSequence: '0062000A',
  referencedSegmentNumber: '0062000B',
  planePositionSequence: '00209113',
  imagePositionPatient: '00200032',
};

/** Copied from the source: patient and study. Empty if the source has none. */
const inherited = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'StudyInstanceUID',
  'StudyDate',
  'StudyTime',
  'StudyID',
  'AccessionNumber',
  'ReferringPhysicianName',
] as const;

/** Without these a segmentation could not reference its source. */
const required = [
  'SOPClassUID',
  'SOPInstanceUID',
  'StudyInstanceUID',
  'SeriesInstanceUID',
] as const;

/**
 * Writes the lesions of a DICOM CT as a Segmentation object (DICOM PS3.3 A.51): binary, one segment, one frame for each slice
 * with lesions (all slices where there are none), in the geometry of the decoded slices, with references to the source.
 *
 * @param sourceOf bytes of the DICOM file that holds slice `i`.
 * @throws {CtError} `CT_UNSUPPORTED` when the source lacks the geometry or identifiers that a segmentation must have.
 */
export function writeSegmentation(
  sourceOf: (index: number) => Uint8Array,
  volume: CtVolume,
  slices: readonly SegmentedSlice[],
  { model, maskThreshold }: SegmentationOptions,
): Uint8Array {
  const headers = new Map<Uint8Array, NaturalDataset>();
  const headerOf = (index: number): NaturalDataset => {
    const source = sourceOf(index);
    const known = headers.get(source) ?? readHeader(source);
    headers.set(source, known);
    return known;
  };
  const header = headerOf(slices[0]!.index);
  const { geometry, columns, rows } = volume;
  if (!geometry) throw missing('Image Position and Image Orientation (Patient)');
  for (const name of required) {
    if (typeof header[name] !== 'string' || header[name] === '') throw missing(name);
  }
  const withLesions = slices.filter(({ lesion }) => lesion.includes(1));
  const frames = withLesions.length > 0 ? withLesions : slices;
  const sopInstance = newUid();
  const dimensions = newUid();
  const now = dicomNow();
  const dataset: NaturalDataset = {
    ...Object.fromEntries(inherited.map((name) => [name, header[name] ?? ''])),
    ...frameOfReference(header),
    ...imageModules(now, columns, rows, frames.length),
    SOPInstanceUID: sopInstance,
    ...lossyOf(header),
    SegmentSequence: [segment(model, maskThreshold)],
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: dimensions }],
    DimensionIndexSequence: dimensionIndices(dimensions),
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: header.SeriesInstanceUID ?? '',
        ReferencedInstanceSequence: [...new Set(frames.map(({ index }) => headerOf(index)))].map(
          sourceReference,
        ),
      },
    ],
    SharedFunctionalGroupsSequence: [sharedGroups(geometry, header)],
    PerFrameFunctionalGroupsSequence: frames.map(({ index }, position) =>
      frameGroups(positionOf(geometry, index), position, {
        ...sourceReference(headerOf(index)),
        ...sourceFrame(headerOf(index), geometry, index),
      }),
    ),
    PixelData: [packBits(frames.map(({ lesion }) => lesion)).buffer],
    _vrMap: { PixelData: 'OB' },
  };
  return write(dataset, sopInstance);
}

function readHeader(source: Uint8Array): NaturalDataset {
  try {
    const { dict } = dcmjs.data.DicomMessage.readFile(new Uint8Array(source).buffer, {
      untilTag: '7FE00010',
      includeUntilTagValue: false,
      ignoreErrors: true,
    });
    return dcmjs.data.DicomMetaDictionary.naturalizeDataset(dict);
  } catch (error) {
    throw asCtError(error, 'CT_UNSUPPORTED', 'Expected a DICOM header that can be copied');
  }
}

/** Shared with the source; not required next to references to the source images (PS3.3 table A.51-1). */
function frameOfReference(header: NaturalDataset): NaturalDataset {
  const { FrameOfReferenceUID: uid, PositionReferenceIndicator: indicator = '' } = header;
  return uid ? { FrameOfReferenceUID: uid, PositionReferenceIndicator: indicator } : {};
}

function imageModules(
  { date, time }: { date: string; time: string },
  columns: number,
  rows: number,
  frames: number,
): NaturalDataset {
  return {
    // dcmjs writes text as UTF-8.
    SpecificCharacterSet: 'ISO_IR 192',
    SOPClassUID: segmentationStorage,
    ImageType: ['DERIVED', 'PRIMARY'],
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    Modality: 'SEG',
    SeriesInstanceUID: newUid(),
    SeriesNumber: 1000,
    SeriesDescription: 'Groundglass lesions, research use only',
    SeriesDate: date,
    SeriesTime: time,
    Manufacturer: 'Groundglass',
    ManufacturerModelName: 'Groundglass',
    DeviceSerialNumber: '1',
    SoftwareVersions: '0.1.0',
    InstanceNumber: 1,
    ContentDate: date,
    ContentTime: time,
    ContentLabel: 'LESIONS',
    ContentDescription: 'Lesions as a model sees them',
    ContentCreatorName: 'Groundglass^Server',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    NumberOfFrames: frames,
    Rows: rows,
    Columns: columns,
    BitsAllocated: 1,
    BitsStored: 1,
    HighBit: 0,
    PixelRepresentation: 0,
    SegmentationType: 'BINARY',
    DimensionOrganizationType: '3D',
  };
}

/** Pixels that went through a lossy codec stay marked so (PS3.3 C.7.6.1.1.5). */
function lossyOf(header: NaturalDataset): NaturalDataset {
  if (header.LossyImageCompression !== '01') return { LossyImageCompression: '00' };
  return {
    LossyImageCompression: '01',
    LossyImageCompressionRatio: header.LossyImageCompressionRatio ?? 1,
    LossyImageCompressionMethod: header.LossyImageCompressionMethod ?? 'ISO_10918_1',
  };
}

function segment(model: SegmentationOptions['model'], maskThreshold: number): NaturalDataset {
  return {
    SegmentNumber: 1,
    SegmentLabel: 'Lesion',
    SegmentDescription: `Lesion probability of at least ${maskThreshold}`.slice(0, 64),
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: `${model.name} ${model.version}`.slice(0, 64),
    SegmentedPropertyCategoryCodeSequence: [
      code('49755003', 'SCT', 'Morphologically Abnormal Structure'),
    ],
    SegmentedPropertyTypeCodeSequence: [code('52988006', 'SCT', 'Lesion')],
    AnatomicRegionSequence: [code('39607008', 'SCT', 'Lung')],
    // Okabe and Ito's orange, as the overlays; CIELab as PS3.3 C.10.7.1.1 scales it.
    RecommendedDisplayCIELabValue: [46_003, 38_321, 49_858],
  };
}

function dimensionIndices(organization: string): NaturalDataset[] {
  return [
    {
      DimensionOrganizationUID: organization,
      DimensionIndexPointer: pointers.referencedSegmentNumber,
      FunctionalGroupPointer: pointers.segmentIdentificationSequence,
      DimensionDescriptionLabel: 'Segment',
    },
    {
      DimensionOrganizationUID: organization,
      DimensionIndexPointer: pointers.imagePositionPatient,
      FunctionalGroupPointer: pointers.planePositionSequence,
      DimensionDescriptionLabel: 'Position',
    },
  ];
}

function sharedGroups(
  { spacing, rowDirection, columnDirection }: Geometry,
  header: NaturalDataset,
): NaturalDataset {
  const thickness = Number(header.SliceThickness);
  return {
    PlaneOrientationSequence: [
      { ImageOrientationPatient: [...rowDirection, ...columnDirection].map(decimal) },
    ],
    PixelMeasuresSequence: [
      {
        PixelSpacing: [decimal(spacing.row), decimal(spacing.column)],
        SliceThickness: decimal(thickness > 0 ? thickness : spacing.slice),
        ...(spacing.slice > 0 ? { SpacingBetweenSlices: decimal(spacing.slice) } : {}),
      },
    ],
    SegmentIdentificationSequence: [{ ReferencedSegmentNumber: 1 }],
  };
}

function frameGroups(position: Vector3, order: number, reference: NaturalDataset): NaturalDataset {
  return {
    FrameContentSequence: [{ DimensionIndexValues: [1, order + 1] }],
    PlanePositionSequence: [{ ImagePositionPatient: position.map(decimal) }],
    DerivationImageSequence: [
      {
        SourceImageSequence: [
          {
            ...reference,
            PurposeOfReferenceCodeSequence: [
              code('121322', 'DCM', 'Source image for image processing operation'),
            ],
          },
        ],
        DerivationCodeSequence: [code('113076', 'DCM', 'Segmentation')],
      },
    ],
  };
}

function sourceReference(header: NaturalDataset): NaturalDataset {
  return {
    ReferencedSOPClassUID: header.SOPClassUID,
    ReferencedSOPInstanceUID: header.SOPInstanceUID,
  };
}

/** Which frame of a multi-frame source a slice is: slices are sorted, frames need not be. */
function sourceFrame(header: NaturalDataset, geometry: Geometry, index: number): NaturalDataset {
  const groups = header.PerFrameFunctionalGroupsSequence as
    { PlanePositionSequence?: { ImagePositionPatient?: number[] }[] }[] | undefined;
  if (!(Number(header.NumberOfFrames ?? 1) > 1)) return {};
  const along = (position: readonly number[]): number =>
    geometry.sliceDirection.reduce((sum, part, axis) => sum + part * (position[axis] ?? NaN), 0);
  const wanted = along(positionOf(geometry, index));
  const distances = (groups ?? []).map((group) =>
    Math.abs(along(group.PlanePositionSequence?.[0]?.ImagePositionPatient ?? []) - wanted),
  );
  const nearest = distances.indexOf(Math.min(...distances));
  return { ReferencedFrameNumber: nearest === -1 ? index + 1 : nearest + 1 };
}

function positionOf({ origin, sliceDirection, spacing }: Geometry, index: number): Vector3 {
  const along = (axis: 0 | 1 | 2): number =>
    origin[axis] + index * spacing.slice * sliceDirection[axis];
  return [along(0), along(1), along(2)];
}

/** One bit a pixel, the first pixel in the lowest bit, frames without gaps (PS3.5 8.1.1 and annex D), of even length. */
function packBits(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bits = frames.reduce((sum, frame) => sum + frame.length, 0);
  const packed = new Uint8Array(2 * Math.ceil(bits / 16));
  let at = 0;
  for (const frame of frames) {
    for (const bit of frame) {
      if (bit !== 0) packed[at >> 3]! |= 1 << (at & 7);
      at++;
    }
  }
  return packed;
}

function write(dataset: NaturalDataset, sopInstance: string): Uint8Array {
  const value = (vr: string, ...values: unknown[]): unknown => ({ vr, Value: values });
  const file = new dcmjs.data.DicomDict({
    '00020001': value('OB', new Uint8Array([0, 1]).buffer),
    '00020002': value('UI', segmentationStorage),
    '00020003': value('UI', sopInstance),
    '00020010': value('UI', explicitLittleEndian),
    '00020012': value('UI', '2.25.296714926316286397214037062158306312191'),
    '00020013': value('SH', 'GROUNDGLASS_0_1'),
  });
  file.dict = dcmjs.data.DicomMetaDictionary.denaturalizeDataset(dataset);
  return new Uint8Array(file.write());
}

function code(value: string, scheme: string, meaning: string): NaturalDataset {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}

/** A decimal string of at most 16 characters (PS3.5 6.2). */
function decimal(value: number): string {
  for (let digits = 15; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= 16) return text;
  }
  return value.toFixed(0).slice(0, 16);
}

/** A UID from a UUID (PS3.5 B.2). */
function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}

function dicomNow(): { date: string; time: string } {
  const [date = '', time = ''] = new Date().toISOString().split('T');
  return { date: date.replaceAll('-', ''), time: time.replaceAll(':', '').slice(0, 6) };
}

function missing(what: string): CtError {
  return new CtError('CT_UNSUPPORTED', `Expected a DICOM source with ${what}, it has none`);
}
