import { bytesSource, openVolume, SeededRandom } from '@groundglass/core';
import { findDuplicates, findKeypoints, greyPicture, type GreyPicture } from '@groundglass/dataset';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';

/** What is done to a picture; each is a copy that should be found. */
const changes: Readonly<
  Record<
    string,
    (picture: Sharp, columns: number, rows: number, random: SeededRandom) => Promise<Buffer>
  >
> = {
  flip: (picture) => picture.flop().png().toBuffer(),
  'crop 10–25 %': (picture, columns, rows, random) => {
    const share = random.uniform(0.1, 0.25);
    const [width, height] = [Math.round(columns * (1 - share)), Math.round(rows * (1 - share))];
    const left = random.below(columns - width);
    const top = random.below(rows - height);
    return picture.extract({ left, top, width, height }).png().toBuffer();
  },
  'pad 10–30 %': (picture, columns, rows, random) => {
    const [x, y] = [0.1, 0.2].map((least) => random.uniform(least, least + 0.1)) as [
      number,
      number,
    ];
    const background = random.chance(0.5) ? 'black' : 'white';
    const [left, top] = [Math.round(columns * x), Math.round(rows * y)];
    return picture.extend({ left, right: left, top, bottom: top, background }).png().toBuffer();
  },
  'JPEG quality 40': (picture) => picture.jpeg({ quality: 40 }).toBuffer(),
  'scale 0.5': (picture, columns) =>
    picture
      .resize(Math.round(columns / 2))
      .png()
      .toBuffer(),
  'scale 1.6': (picture, columns) =>
    picture
      .resize(Math.round(columns * 1.6))
      .png()
      .toBuffer(),
  'window narrower': (picture) => picture.linear(1.5, -50).png().toBuffer(),
  'window wider, gamma': (picture) => picture.gamma(1.6).linear(0.7, 30).png().toBuffer(),
  'flip, crop, JPEG, half size': (picture, columns, rows) =>
    picture
      .flop()
      .extract({
        left: Math.round(columns * 0.05),
        top: Math.round(rows * 0.08),
        width: Math.round(columns * 0.85),
        height: Math.round(rows * 0.87),
      })
      .resize(Math.max(64, Math.round(columns / 2)))
      .jpeg({ quality: 70 })
      .toBuffer(),
};

/** One line of the table. */
export interface ChangeRow {
  readonly change: string;
  readonly found: number;
  readonly of: number;
  /** Found by imagededup's perceptual hash at its default distance; undefined where it is not installed. */
  readonly theirs: number | undefined;
}

/** What {@link benchDataset} measured. */
export interface DatasetBench {
  readonly rows: readonly ChangeRow[];
  readonly pictures: number;
  /** Pairs that were called copies and are none, among originals and copies of different patients. */
  readonly wrong: number;
  readonly right: number;
  readonly theirWrong: number | undefined;
  readonly seconds: number;
  readonly theirSeconds: number | undefined;
}

/**
 * Makes copies of real slices and asks for them back. Negatives are all pairs of originals of different patients, from the same
 * sources: COVID-CT, LUNA16, MosMed and COVID-Seg volumes.
 *
 * @param python interpreter that has `imagededup`, or undefined
 */
export async function benchDataset(
  data: string,
  { originals, seed, python }: { originals: number; seed: number; python: string | undefined },
): Promise<DatasetBench> {
  const random = new SeededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'groundglass-bench-'));
  try {
    await mkdir(join(folder, 'pictures'));
    const files: { name: string; of: number; change: string }[] = [];
    for (const [i, path] of (await chooseOriginals(data, originals, random)).entries()) {
      const bytes = await readFile(path);
      const { width: columns, height: rows } = await sharp(bytes).metadata();
      const write = async (change: string, content: Buffer) => {
        const name = `${i}-${files.length}.${content[0] === 0xff ? 'jpg' : 'png'}`;
        await writeFile(join(folder, 'pictures', name), content);
        files.push({ name, of: i, change });
      };
      const grey = () =>
        sharp(bytes, { ignoreIcc: true }).flatten({ background: 'black' }).greyscale();
      await write('original', await grey().png().toBuffer());
      for (const [change, make] of Object.entries(changes))
        await write(change, await make(grey(), columns, rows, random));
    }
    const started = performance.now();
    const load = async (i: number): Promise<GreyPicture> => {
      const bytes = await readFile(join(folder, 'pictures', files[i]!.name));
      return greyPicture(await (await openVolume(bytesSource(bytes))).slice(0));
    };
    const inputs = [];
    for (let i = 0; i < files.length; i++) {
      const picture = await load(i);
      inputs.push({ points: findKeypoints(picture), hash: `${i}` });
    }
    const pairs = (await findDuplicates(inputs, { load })).filter(({ kind }) => kind === 'copy');
    const seconds = (performance.now() - started) / 1000;
    const ours = score(files, pairs);
    const theirs = python === undefined ? undefined : await imagededup(python, folder, files);
    return {
      pictures: files.length,
      seconds,
      theirSeconds: theirs?.seconds,
      wrong: ours.wrong,
      right: ours.right,
      theirWrong: theirs?.wrong,
      rows: Object.keys(changes).map((change) => ({
        change,
        found: ours.found.get(change) ?? 0,
        of: files.filter((file) => file.change === change).length,
        theirs: theirs ? (theirs.found.get(change) ?? 0) : undefined,
      })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts copies that were found with their original, and pairs of different originals. */
function score(
  files: readonly { of: number; change: string }[],
  pairs: readonly { a: number; b: number }[],
) {
  const found = new Map<string, number>();
  let [right, wrong] = [0, 0];
  for (const { a, b } of pairs) {
    const [first, second] = [files[a]!, files[b]!];
    if (first.of !== second.of) {
      wrong++;
      continue;
    }
    right++;
    const copy =
      first.change === 'original' ? second : second.change === 'original' ? first : undefined;
    if (copy) found.set(copy.change, (found.get(copy.change) ?? 0) + 1);
  }
  return { found, right, wrong };
}

/** One picture of each patient, so that no two originals may be neighbours. */
async function chooseOriginals(
  data: string,
  count: number,
  random: SeededRandom,
): Promise<string[]> {
  const patients = new Map<string, string[]>();
  for (const [folder, patientOf] of [
    ['covid-ct/CT_COVID', (name: string) => name.replace(/-p\d+-.*$/, '')],
    ['luna16', (name: string) => name.replace(/_\d+\.png$/, '')],
    ['mosmed-dev', (name: string) => name],
    ['covid-seg/volumes/images', (name: string) => name.replace(/_\d+\.jpg$/, '')],
  ] as const) {
    const names = existsSync(join(data, folder)) ? (await readdir(join(data, folder))).sort() : [];
    for (const name of names) {
      const key = `${folder}/${patientOf(name)}`;
      patients.set(key, [...(patients.get(key) ?? []), join(data, folder, name)]);
    }
  }
  const chosen = [...patients.values()].map((paths) => paths[random.below(paths.length)]!);
  return random.shuffled(chosen).slice(0, count);
}

const script = `
import json, sys, time
from imagededup.methods import PHash
start = time.time()
method = PHash()
found = method.find_duplicates(encoding_map=method.encode_images(image_dir=sys.argv[1]), max_distance_threshold=10)
print(json.dumps({'seconds': time.time() - start, 'found': found}))
`;

async function imagededup(
  python: string,
  folder: string,
  files: readonly { name: string; of: number; change: string }[],
) {
  const output = await promisify(execFile)(python, ['-c', script, join(folder, 'pictures')], {
    maxBuffer: 2 ** 28,
  }).catch(() => undefined);
  if (!output) return undefined;
  const { seconds, found } = JSON.parse(output.stdout.trim().split('\n').at(-1)!) as {
    seconds: number;
    found: Record<string, string[]>;
  };
  const indexOf = new Map(files.map(({ name }, i) => [name, i]));
  const pairs = Object.entries(found).flatMap(([name, others]) =>
    others.flatMap((other) => {
      const [a, b] = [indexOf.get(name)!, indexOf.get(other)!];
      return a < b ? [{ a, b }] : [];
    }),
  );
  return { seconds, ...score(files, pairs) };
}
