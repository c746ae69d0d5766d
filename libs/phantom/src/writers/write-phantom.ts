import type { ThoraxPhantom } from '../thorax-phantom.js';
import { dicomSeries, type TransferSyntax } from './dicom/ct-series.js';
import { metaImage } from './metaimage.js';
import { nifti, niftiGz } from './nifti.js';
import { sliceNumber, sliceOf, type PhantomFile } from './phantom-file.js';
import { lungWindowJpeg, lungWindowPng, maskPng, png16 } from './picture.js';

/** The formats that a phantom is written in. */
export const phantomFormats = [
  'png', // 8 bits, lung window
  'png16', // 16 bits, HU + 1024
  'jpeg', // 8 bits, lung window, lossy
  'dicom', // explicit little endian
  'dicom-implicit',
  'dicom-rle',
  'dicom-jpegls',
  'dicom-j2k',
  'dicom-htj2k',
  'nifti',
  'nifti-gz',
  'mha',
  'mha-zlib',
  'mhd',
  'mhd-zraw',
] as const;

/** A format of {@link phantomFormats}. */
export type PhantomFormat = (typeof phantomFormats)[number];

const dicomSyntax = {
  dicom: 'explicit',
  'dicom-implicit': 'implicit',
  'dicom-rle': 'rle',
  'dicom-jpegls': 'jpegls',
  'dicom-j2k': 'j2k',
  'dicom-htj2k': 'htj2k',
} as const satisfies Partial<Record<PhantomFormat, TransferSyntax>>;

/**
 * The files of a phantom in a format, with its lesion mask next to it: `<stem>.mask.png` for pictures (0 none, 128 ground-glass,
 * 255 consolidation), a volume of 0, 1 and 2 in the same format for NIfTI and MetaImage, and a folder `<name>.masks` of PNG
 * for DICOM, whose own folder then contains only DICOM.
 */
export async function phantomFiles(
  phantom: ThoraxPhantom,
  format: PhantomFormat,
  name: string,
): Promise<PhantomFile[]> {
  switch (format) {
    case 'png':
    case 'png16':
    case 'jpeg':
      return pictures(phantom, format, name);
    case 'dicom':
    case 'dicom-implicit':
    case 'dicom-rle':
    case 'dicom-jpegls':
    case 'dicom-j2k':
    case 'dicom-htj2k':
      return [
        ...(await dicomSeries(phantom, dicomSyntax[format], name)),
        ...dicomMasks(phantom, name),
      ];
    case 'nifti':
      return [
        { name: `${name}.nii`, bytes: nifti(phantom, phantom.hu) },
        { name: `${name}.mask.nii`, bytes: nifti(phantom, phantom.lesions) },
      ];
    case 'nifti-gz':
      return [
        { name: `${name}.nii.gz`, bytes: niftiGz(phantom, phantom.hu) },
        { name: `${name}.mask.nii.gz`, bytes: niftiGz(phantom, phantom.lesions) },
      ];
    case 'mha':
    case 'mha-zlib':
    case 'mhd':
    case 'mhd-zraw':
      return [
        ...metaImage(name, phantom, phantom.hu, format),
        ...metaImage(`${name}.mask`, phantom, phantom.lesions, format),
      ];
  }
}

async function pictures(
  phantom: ThoraxPhantom,
  format: 'png' | 'png16' | 'jpeg',
  name: string,
): Promise<PhantomFile[]> {
  const files: PhantomFile[] = [];
  for (let index = 0; index < phantom.sliceCount; index++) {
    const hu = sliceOf(phantom, phantom.hu, index);
    const stem = phantom.sliceCount === 1 ? name : `${name}/${sliceNumber(index)}`;
    if (format === 'jpeg')
      files.push({ name: `${stem}.jpg`, bytes: await lungWindowJpeg(hu, phantom) });
    else {
      const bytes = format === 'png' ? lungWindowPng(hu, phantom) : png16(hu, phantom);
      files.push({ name: `${stem}.png`, bytes });
    }
    files.push(maskFile(phantom, index, stem));
  }
  return files;
}

function dicomMasks(phantom: ThoraxPhantom, name: string): PhantomFile[] {
  return Array.from({ length: phantom.sliceCount }, (_, index) =>
    maskFile(phantom, index, `${name}.masks/${sliceNumber(index)}`),
  );
}

function maskFile(phantom: ThoraxPhantom, index: number, stem: string): PhantomFile {
  return {
    name: `${stem}.mask.png`,
    bytes: maskPng(sliceOf(phantom, phantom.lesions, index), phantom),
  };
}
