import type { CtVolume, Geometry } from '@groundglass/core';

/**
 * Writes a volume as one MetaImage (`.mha`), so that a series of many files goes to the server as one: its slices are in the
 * axial view already, as `CtVolume` gives them. Hounsfield units are whole numbers of 16 bits; grey stays float.
 *
 * @throws {CtError} what decoding a slice throws.
 */
export async function writeMetaImage(volume: CtVolume, signal: AbortSignal): Promise<Uint8Array> {
  const { columns, rows, sliceCount, unit, geometry } = volume;
  const size = columns * rows;
  const whole = unit === 'HU';
  const header = new TextEncoder().encode(
    [
      'ObjectType = Image',
      'NDims = 3',
      'BinaryData = True',
      'BinaryDataByteOrderMSB = False',
      'CompressedData = False',
      ...(geometry ? placement(geometry) : []),
      `DimSize = ${columns} ${rows} ${sliceCount}`,
      `Modality = ${whole ? 'MET_MOD_CT' : modalityOf(volume)}`,
      `ElementType = ${whole ? 'MET_SHORT' : 'MET_FLOAT'}`,
      'ElementDataFile = LOCAL',
      '',
    ].join('\n'),
  );
  const bytesPerPixel = whole ? 2 : 4;
  const bytes = new Uint8Array(header.length + size * sliceCount * bytesPerPixel);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  for (let index = 0; index < sliceCount; index++) {
    const { pixels } = await volume.slice(index, signal);
    for (let at = 0, to = index * size * bytesPerPixel; at < size; at++, to += bytesPerPixel) {
      const value = pixels[at]!;
      if (whole) view.setInt16(to, Math.max(-32768, Math.min(32767, Math.round(value))), true);
      else view.setFloat32(to, value, true);
    }
  }
  return bytes;
}

/** MetaIO's word for what made grey pixels: a reader must not take them for Hounsfield units. */
function modalityOf({ acquisition: { modality } }: CtVolume): string {
  if (modality === null || modality === 'CT') return 'MET_MOD_UNKNOWN';
  return modality === 'MR' || modality === 'NM' || modality === 'US'
    ? `MET_MOD_${modality}`
    : 'MET_MOD_OTHER';
}

/** MetaIO's `TransformMatrix` lists the directions of the axes one after the other, in LPS as DICOM does. */
function placement({
  spacing,
  rowDirection,
  columnDirection,
  sliceDirection,
  origin,
}: Geometry): string[] {
  return [
    `TransformMatrix = ${[...rowDirection, ...columnDirection, ...sliceDirection].join(' ')}`,
    `Offset = ${origin.join(' ')}`,
    'CenterOfRotation = 0 0 0',
    'AnatomicalOrientation = RAI',
    `ElementSpacing = ${spacing.column} ${spacing.row} ${spacing.slice}`,
  ];
}
