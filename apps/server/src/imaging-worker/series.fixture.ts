import dcmjs from 'dcmjs';
import { coreFixture } from '../server.fixture.js';

/** Elements by keyword, in place of those of the fixture. */
export type Elements = Readonly<Record<string, unknown>>;

const fixtures = {
  plain: await coreFixture('formats/dicom/fixtures/explicit.dcm'),
  jpeg2000: await coreFixture('formats/dicom/fixtures/jpeg-2000.dcm'),
};
let made = 0;

/** A slice of the decoders' fixtures at `z` millimetres, with elements replaced and a unique SOP Instance UID. */
export function dicomSlice(
  z: number,
  elements: Elements = {},
  kind: keyof typeof fixtures = 'plain',
): Uint8Array {
  const { DicomDict, DicomMessage, DicomMetaDictionary } = dcmjs.data;
  const file = DicomMessage.readFile(new Uint8Array(fixtures[kind]).buffer);
  const written = new DicomDict(file.meta);
  written.dict = DicomMetaDictionary.denaturalizeDataset({
    ...DicomMetaDictionary.naturalizeDataset(file.dict),
    SOPInstanceUID: `2.25.7.${++made}`,
    InstanceNumber: z + 1,
    ImagePositionPatient: [-5, -6, z],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    ...elements,
  });
  return new Uint8Array(written.write());
}

/** The slice with its JPEG 2000 stream zeroed after its first marker; the header stays intact. */
export function damagedSlice(z: number): Uint8Array {
  const bytes = Buffer.from(dicomSlice(z, {}, 'jpeg2000'));
  const start = bytes.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  bytes.fill(0, start + 4, bytes.length - 8);
  return bytes;
}
