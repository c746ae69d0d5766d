import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';

/** A valid file to mutate. */
export interface CorpusFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Additional files that the format requires, by name. */
  readonly companions: ReadonlyMap<string, Uint8Array>;
}

const workspaceRoot = join(import.meta.dirname, '../../..');
const notImages = /\.(py|sh|json|md|txt|ts|mjs)$/;

/** The decoders' fixtures and a few pictures of each kind: every format, pixel type and codec at least once. */
export async function readCorpus(): Promise<CorpusFile[]> {
  const files: CorpusFile[] = [];
  for (const room of ['dicom', 'nifti', 'metaimage']) {
    const folder = join(workspaceRoot, 'libs/core/src/formats', room, 'fixtures');
    const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const companions = new Map<string, Uint8Array>();
    for (const entry of names) {
      if (!entry.isFile() || notImages.test(entry.name)) continue;
      companions.set(entry.name, await readFile(join(entry.parentPath, entry.name)));
    }
    for (const [name, bytes] of [...companions].sort(([a], [b]) => (a < b ? -1 : 1))) {
      files.push({ name: `${room}/${name}`, bytes: new Uint8Array(bytes), companions });
    }
  }
  return [...files, ...(await casesInJson()), ...gzipped(files), ...(await pictures())];
}

/** DICOM files that fixtures store as base64: lossless JPEG of every kind, and files whose header and data disagree. */
async function casesInJson(): Promise<CorpusFile[]> {
  const dicom = join(workspaceRoot, 'libs/core/src/formats/dicom');
  const found: CorpusFile[] = [];
  for (const path of ['fixtures/oddities.json', 'codecs/fixtures/lossless.json']) {
    const { cases } = JSON.parse(await readFile(join(dicom, path), 'utf8')) as {
      cases: { name: string; file: string }[];
    };
    for (const { name, file } of cases) {
      const bytes = new Uint8Array(Buffer.from(file, 'base64'));
      found.push({ name: `dicom/${name}`, bytes, companions: new Map() });
    }
  }
  return found;
}

/** A gzipped file of each room, and one with bytes after the end of its data. */
function gzipped(files: readonly CorpusFile[]): CorpusFile[] {
  return ['dicom/explicit.dcm', 'nifti/int16.nii', 'metaimage/met_short.mha'].flatMap((wanted) => {
    const file = files.find(({ name }) => name === wanted);
    if (!file) return [];
    const bytes = new Uint8Array(gzipSync(file.bytes));
    const trailing = new Uint8Array([...bytes, ...new TextEncoder().encode('more bytes')]);
    return [
      { name: `${wanted}.gz`, bytes, companions: file.companions },
      { name: `${wanted}.gz and more`, bytes: trailing, companions: file.companions },
    ];
  });
}

async function pictures(): Promise<CorpusFile[]> {
  const size = 24;
  const ramp = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 7) % 256);
  const base = sharp(ramp, { raw: { width: size, height: size, channels: 3 } });
  const kinds: Record<string, Promise<Buffer>> = {
    'rgb.png': base.clone().png().toBuffer(),
    'grey.png': base.clone().greyscale().png().toBuffer(),
    'grey16.png': base.clone().greyscale().toColourspace('grey16').png().toBuffer(),
    'rgba.png': base.clone().ensureAlpha(0.5).png().toBuffer(),
    'palette.png': base.clone().png({ palette: true, colours: 16 }).toBuffer(),
    'interlaced.png': base.clone().png({ progressive: true }).toBuffer(),
    'rgb.jpg': base.clone().jpeg().toBuffer(),
    'progressive.jpg': base.clone().jpeg({ progressive: true }).toBuffer(),
    'grey.jpg': base.clone().greyscale().jpeg().toBuffer(),
  };
  return Promise.all(
    Object.entries(kinds).map(async ([name, bytes]) => ({
      name: `pictures/${name}`,
      bytes: new Uint8Array(await bytes),
      companions: new Map<string, Uint8Array>(),
    })),
  );
}
