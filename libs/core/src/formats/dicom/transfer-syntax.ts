/** How the pixel data of a transfer syntax is coded. */
export type PixelCodec =
  'native' | 'rle' | 'jpeg-dct' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

/** A transfer syntax of DICOM PS3.5 section 10 and annex A. */
export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly codec: PixelCodec;
  readonly bigEndian: boolean;
  readonly deflated: boolean;
  /** The syntax itself is lossy; `LossyImageCompression` in the header reports earlier losses. */
  readonly lossy: boolean;
}

const native = { codec: 'native', bigEndian: false, deflated: false, lossy: false } as const;
const encapsulated = (codec: PixelCodec, lossy: boolean) => ({
  codec,
  bigEndian: false,
  deflated: false,
  lossy,
});

const table: Readonly<Record<string, Omit<TransferSyntax, 'uid'>>> = {
  '1.2.840.10008.1.2': { name: 'Implicit VR Little Endian', ...native },
  '1.2.840.10008.1.2.1': { name: 'Explicit VR Little Endian', ...native },
  '1.2.840.10008.1.2.1.99': {
    name: 'Deflated Explicit VR Little Endian',
    ...native,
    deflated: true,
  },
  '1.2.840.10008.1.2.2': { name: 'Explicit VR Big Endian', ...native, bigEndian: true },
  '1.2.840.10008.1.2.5': { name: 'RLE Lossless', ...encapsulated('rle', false) },
  '1.2.840.10008.1.2.4.50': { name: 'JPEG Baseline', ...encapsulated('jpeg-dct', true) },
  '1.2.840.10008.1.2.4.51': { name: 'JPEG Extended', ...encapsulated('jpeg-dct', true) },
  '1.2.840.10008.1.2.4.53': { name: 'JPEG Spectral Selection', ...encapsulated('jpeg-dct', true) },
  '1.2.840.10008.1.2.4.55': { name: 'JPEG Full Progression', ...encapsulated('jpeg-dct', true) },
  '1.2.840.10008.1.2.4.57': { name: 'JPEG Lossless', ...encapsulated('jpeg-lossless', false) },
  '1.2.840.10008.1.2.4.70': {
    name: 'JPEG Lossless, First-Order Prediction',
    ...encapsulated('jpeg-lossless', false),
  },
  '1.2.840.10008.1.2.4.80': { name: 'JPEG-LS Lossless', ...encapsulated('jpeg-ls', false) },
  '1.2.840.10008.1.2.4.81': { name: 'JPEG-LS Near-Lossless', ...encapsulated('jpeg-ls', true) },
  '1.2.840.10008.1.2.4.90': { name: 'JPEG 2000 Lossless', ...encapsulated('jpeg-2000', false) },
  '1.2.840.10008.1.2.4.91': { name: 'JPEG 2000', ...encapsulated('jpeg-2000', true) },
  '1.2.840.10008.1.2.4.201': {
    name: 'High-Throughput JPEG 2000 Lossless',
    ...encapsulated('htj2k', false),
  },
  '1.2.840.10008.1.2.4.202': {
    name: 'High-Throughput JPEG 2000 RPCL Lossless',
    ...encapsulated('htj2k', false),
  },
  '1.2.840.10008.1.2.4.203': { name: 'High-Throughput JPEG 2000', ...encapsulated('htj2k', true) },
};

/** The transfer syntax of a UID, or undefined if its pixels cannot be read. */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  const known = table[uid];
  return known && { uid, ...known };
}
