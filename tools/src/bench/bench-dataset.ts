import { bytesSource, openVolume, SeededRandom } from '@groundglass/core';
import {
  comparedPart,
  findDuplicates,
  findKeypoints,
  greyPicture,
  type GreyPicture,
} from '@groundglass/dataset';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';

type Change = (
  picture: Sharp,
  columns: number,
  rows: number,
  random: SeededRandom,
) => Promise<Buffer>;

/** Steps that sharp would otherwise reorder. */
const then = async (picture: Sharp): Promise<Sharp> => sharp(await picture.png().toBuffer());
const png = (picture: Sharp): Promise<Buffer> => picture.png().toBuffer();
const words = (columns: number, rows: number) =>
  Buffer.from(
    `<svg width="${columns}" height="${rows}"><g fill="white" font-family="sans-serif" font-size="${Math.round(rows / 18)}"><text x="6" y="${Math.round(rows / 16)}">Fig. 2A</text><text x="${Math.round(columns * 0.7)}" y="${Math.round(rows * 0.97)}">L 120 kV</text></g></svg>`,
  );

/** The changes that the search was built for; each makes a copy that should be found. */
const changes: Readonly<Record<string, Change>> = {
  'mirrored left to right': (picture) => png(picture.flop()),
  'mirrored top to bottom': (picture) => png(picture.flip()),
  'cropped by 10–25 %': (picture, columns, rows, random) => {
    const share = random.uniform(0.1, 0.25);
    const [width, height] = [Math.round(columns * (1 - share)), Math.round(rows * (1 - share))];
    const left = random.below(columns - width);
    const top = random.below(rows - height);
    return png(picture.extract({ left, top, width, height }));
  },
  'cropped to half its sides': (picture, columns, rows, random) => {
    const [width, height] = [Math.round(columns / 2), Math.round(rows / 2)];
    const left = random.below(columns - width);
    const top = random.below(rows - height);
    return png(picture.extract({ left, top, width, height }));
  },
  'padded by 10–30 %': (picture, columns, rows, random) => {
    const [x, y] = [0.1, 0.2].map((least) => random.uniform(least, least + 0.1)) as [
      number,
      number,
    ];
    const background = random.chance(0.5) ? 'black' : 'white';
    const [left, top] = [Math.round(columns * x), Math.round(rows * y)];
    return png(picture.extend({ left, right: left, top, bottom: top, background }));
  },
  'JPEG of quality 40': (picture) => picture.jpeg({ quality: 40 }).toBuffer(),
  'JPEG of quality 10': (picture) => picture.jpeg({ quality: 10 }).toBuffer(),
  'scaled to 0.5': (picture, columns) => png(picture.resize(Math.round(columns / 2))),
  'scaled to 0.25': (picture, columns) => png(picture.resize(Math.round(columns / 4))),
  'scaled to 1.6': (picture, columns) => png(picture.resize(Math.round(columns * 1.6))),
  'narrower window': (picture) => png(picture.linear(1.5, -50)),
  'much narrower window': (picture) => png(picture.linear(2.5, -150)),
  'wider window and gamma': (picture) => png(picture.gamma(1.6).linear(0.7, 30)),
  'flip, crop, half size, JPEG': (picture, columns, rows) =>
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
  'turned by 90°': (picture) => png(picture.rotate(90)),
  'turned by 180°': (picture) => png(picture.rotate(180)),
  'turned by 3°': (picture) => png(picture.rotate(3)),
  negative: (picture) => png(picture.negate()),
};

/** Changes that the search was not built for. */
const foreign: Readonly<Record<string, Change>> = {
  'turned by 10°': (picture) => png(picture.rotate(10)),
  'turned by 20°': (picture) => png(picture.rotate(20)),
  'turned by 45°': (picture) => png(picture.rotate(45)),
  'stretched by 15 %': (picture, columns, rows) =>
    png(picture.resize(Math.round(columns * 1.15), rows, { fit: 'fill' })),
  'gamma 2.2': (picture) => png(picture.gamma(2.2, 1)),
  blurred: (picture, columns) => png(picture.blur(Math.max(0.6, columns / 250))),
  'noise of 5 %': async (picture, columns, rows, random) => {
    const { data } = await picture.raw().toBuffer({ resolveWithObject: true });
    const noisy = data.map((value) => {
      const grain = random.uniform(-2, 2);
      return Math.min(255, Math.max(0, value + 11 * grain));
    });
    return png(sharp(noisy, { raw: { width: columns, height: rows, channels: 1 } }));
  },
  'letters drawn in': (picture, columns, rows) =>
    png(picture.composite([{ input: words(columns, rows) }])),
  'border with text': async (picture, columns, rows) => {
    const [x, y] = [Math.round(columns * 0.15), Math.round(rows * 0.15)];
    const framed = await then(
      picture.extend({ left: x, right: x, top: y, bottom: y, background: 'black' }),
    );
    return png(framed.composite([{ input: words(columns + 2 * x, rows + 2 * y) }]));
  },
  'half of a double figure': async (picture, columns, rows) =>
    png(
      (await then(picture.clone())).extend({ right: columns, background: 'white' }).composite([
        {
          input: await sharp({
            create: { width: columns, height: rows, channels: 3, background: '#888' },
          })
            .png()
            .toBuffer(),
          left: columns,
          top: 0,
        },
      ]),
    ),
  'turned by 4°, mirrored, JPEG 50': async (picture) =>
    (await then(picture.flop())).rotate(4).jpeg({ quality: 50 }).toBuffer(),
};

/** One line of the table. */
export interface ChangeRow {
  readonly change: string;
  /** The search was not built for this change. */
  readonly foreign: boolean;
  readonly found: number;
  readonly of: number;
  /** Found by imagededup's perceptual hash at its default distance; undefined if it is not installed. */
  readonly theirs: number | undefined;
}

/** Results of {@link benchDataset}. */
export interface DatasetBench {
  readonly rows: readonly ChangeRow[];
  readonly pictures: number;
  /** False positives: pairs called copies, among originals and copies of different patients. */
  readonly wrong: number;
  readonly right: number;
  readonly theirWrong: number | undefined;
  readonly seconds: number;
  readonly theirSeconds: number | undefined;
}

/**
 * Makes copies of real slices and searches for them. Negatives are all pairs of originals of different patients, from the same
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
      for (const [change, make] of Object.entries({ ...changes, ...foreign }))
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
    const pairs = (
      await findDuplicates(inputs, { load: async (i) => comparedPart(await load(i)) })
    ).filter(({ kind }) => kind === 'copy');
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
      rows: Object.keys({ ...changes, ...foreign }).map((change) => ({
        change,
        foreign: change in foreign,
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
