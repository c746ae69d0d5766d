import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../sample-dataset');

/** A picture of the phantom dataset in its class folder. */
export interface PhantomPicture {
  readonly path: string;
  readonly label: string;
  readonly split: string;
}

/**
 * Lays out phantoms of three classes by split and class, with planted faults: a JPEG named `.png`, and one picture under two labels.
 * `pneumonia` is every third patient without COVID-19: a class that the model does not know.
 */
export function writePhantomFolder(folder: string): PhantomPicture[] {
  const pictures: PhantomPicture[] = [];
  const rows = readFileSync(join(source, 'samples.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; label: string; split: string });
  for (const [at, { path, label: own, split }] of rows.entries()) {
    const label = own === 'covid' ? 'covid' : at % 3 === 2 ? 'pneumonia' : 'normal';
    const name = path.replace('images/', '');
    const place = `${split}/${label}/${name}`;
    mkdirSync(join(folder, split, label), { recursive: true });
    copyFileSync(join(source, path), join(folder, place));
    pictures.push({ path: place, label, split });
  }
  const test = pictures.filter(({ split }) => split === 'test');
  const twice = test.find(({ label }) => label === 'covid')!;
  const faults: PhantomPicture[] = [
    { path: 'train/normal/twice.png', label: 'normal', split: 'train' },
    { path: 'test/covid/jpeg-inside.png', label: 'covid', split: 'test' },
  ];
  copyFileSync(join(folder, twice.path), join(folder, faults[0]!.path));
  copyFileSync(join(source, '../../../samples/covid-figure.jpg'), join(folder, faults[1]!.path));
  const lists = join(folder, '../phantom-lists');
  mkdirSync(lists, { recursive: true });
  writeFileSync(
    join(lists, 'hard.txt'),
    test
      .slice(0, 3)
      .map(({ path }) => `../phantoms/${path}\n`)
      .join(''),
  );
  return [...pictures, ...faults];
}
