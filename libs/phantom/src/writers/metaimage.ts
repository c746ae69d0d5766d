import type { Geometry } from '@groundglass/core';
import { zlibSync } from 'fflate';
import { littleEndian16, type PhantomFile } from './phantom-file.js';

/** Where a MetaImage keeps its voxels: after the header, or in a separate file, plain or deflated. */
export type MetaImageLayout = 'mha' | 'mha-zlib' | 'mhd' | 'mhd-zraw';

interface Voxels {
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly geometry: Geometry;
}

/** A MetaImage of an axial volume; MET_SHORT for Hounsfield units, MET_UCHAR for masks. Positions are DICOM's (LPS). */
export function metaImage(
  name: string,
  volume: Voxels,
  data: Int16Array | Uint8Array,
  layout: MetaImageLayout,
): PhantomFile[] {
  const { spacing, origin } = volume.geometry;
  const raw = data instanceof Int16Array ? littleEndian16(data) : data;
  const compressed = layout === 'mha-zlib' || layout === 'mhd-zraw';
  const body = compressed ? zlibSync(raw, { level: 9 }) : raw;
  const local = layout === 'mha' || layout === 'mha-zlib';
  const bodyName = `${name}.${compressed ? 'zraw' : 'raw'}`;
  const fields: [string, string | number][] = [
    ['ObjectType', 'Image'],
    ['NDims', 3],
    ['BinaryData', 'True'],
    ['BinaryDataByteOrderMSB', 'False'],
    ['CompressedData', compressed ? 'True' : 'False'],
    ...(compressed ? [['CompressedDataSize', body.length] as [string, number]] : []),
    ['TransformMatrix', '1 0 0 0 1 0 0 0 1'],
    ['Offset', origin.join(' ')],
    ['CenterOfRotation', '0 0 0'],
    ['AnatomicalOrientation', 'RAI'],
    ['ElementSpacing', `${spacing.column} ${spacing.row} ${spacing.slice}`],
    ['DimSize', `${volume.columns} ${volume.rows} ${volume.sliceCount}`],
    ['ElementType', data instanceof Int16Array ? 'MET_SHORT' : 'MET_UCHAR'],
    ['ElementDataFile', local ? 'LOCAL' : (bodyName.split('/').at(-1) ?? bodyName)],
  ];
  const header = new TextEncoder().encode(
    fields.map(([key, value]) => `${key} = ${value}\n`).join(''),
  );
  if (!local) {
    return [
      { name: `${name}.mhd`, bytes: header },
      { name: bodyName, bytes: body },
    ];
  }
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return [{ name: `${name}.mha`, bytes }];
}
