import { sniffFormat, sniffLength } from '@groundglass/core/browser';

/** Files that make one picture or volume: one file, a header with its pixels, or the DICOM files of a drop. */
export interface FileGroup {
  readonly title: string;
  readonly files: readonly File[];
}

const header = /\.(?:mhd|hdr)$/i;
const pixels = /\.(?:raw|zraw|img)(?:\.gz)?$/i;

/** Groups chosen files: all DICOM files, pixels with the header of the same name, and every other file alone. */
export async function groupFiles(files: readonly File[]): Promise<FileGroup[]> {
  if (files.length <= 1) return files.map((file) => ({ title: file.name, files: [file] }));
  const dicom: File[] = [];
  const groups: FileGroup[] = [];
  const rest: File[] = [];
  for (const file of files) {
    const head = new Uint8Array(await file.slice(0, sniffLength).arrayBuffer());
    if (sniffFormat(head) === 'dicom') dicom.push(file);
    else if (pixels.test(file.name)) rest.push(file);
    else groups.push({ title: file.name, files: [file] });
  }
  const [first] = dicom;
  if (first) {
    const title = dicom.length === 1 ? first.name : `DICOM, ${dicom.length} files`;
    groups.unshift({ title, files: dicom });
  }
  return groups.map((group) =>
    header.test(group.title) ? { ...group, files: [...group.files, ...rest] } : group,
  );
}
