import { bytesSource, openVolume, type CtSlice } from '@groundglass/core';
import {
  comparedPart,
  findDuplicates,
  findKeypoints,
  greyPicture,
  type GreyPicture,
  type Keypoints,
} from '@groundglass/dataset';
import type { PaperFigure, Pixels } from '@groundglass/papers';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A published picture whose paper is available. */
export interface PublishedPicture {
  readonly name: string;
  /** Name of the paper, with page and figure. */
  readonly where: string;
  /** Whether an extracted panel shows it. */
  readonly cut: boolean;
}

interface Candidate {
  readonly points: Keypoints;
  readonly part: GreyPicture;
  /** Undefined for a published picture. */
  readonly where: string | undefined;
  readonly name: string;
  readonly isPanel: boolean;
}

/** Stores the look of papers' figures and panels, to search for the published pictures of COVID-CT among them. */
export class PublishedSearch {
  readonly #candidates: Candidate[] = [];

  /** Adds a figure, as a whole and panel by panel. */
  add(document: string, figure: PaperFigure): void {
    const where = `${document} p${figure.page} ${figure.number ?? ''}`.trim();
    this.#push(toSlice(figure.picture.pixels), { name: '', where, isPanel: false });
    for (const { kind, image } of figure.panels) {
      if (kind !== 'drawing') this.#push(toSlice(image.pixels), { name: '', where, isPanel: true });
    }
  }

  /**
   * Searches for the published pictures in what was added: copies of any size, crop or window.
   *
   * @param data folder that holds `covid-ct`.
   * @returns undefined if the pictures are missing.
   */
  async find(
    data: string,
  ): Promise<{ readonly pictures: number; readonly found: PublishedPicture[] } | undefined> {
    let pictures = 0;
    for (const folder of ['CT_COVID', 'CT_NonCOVID']) {
      const path = join(data, 'covid-ct', folder);
      if (!existsSync(path)) return undefined;
      for (const name of (await readdir(path)).sort()) {
        const volume = await openVolume(bytesSource(await readFile(join(path, name))));
        this.#push(await volume.slice(0), { name, where: undefined, isPanel: false });
        pictures++;
      }
    }
    const all = this.#candidates;
    const pairs = await findDuplicates(
      all.map(({ points }, i) => ({ points, hash: String(i) })),
      {
        load: (i) => Promise.resolve(all[i]!.part),
        wanted: (a, b) =>
          (all[a]!.where === undefined) === (all[b]!.where === undefined) ? [] : ['copy'],
      },
    );
    const found = new Map<string, PublishedPicture>();
    for (const { a, b } of pairs) {
      const [published, other] = all[a]!.where === undefined ? [a, b] : [b, a];
      const { name } = all[published]!;
      const where = all[other]!.where!;
      const key = `${name} ${where}`;
      const cut = all[other]!.isPanel || found.get(key)?.cut === true;
      found.set(key, { name, where, cut });
    }
    return { pictures, found: [...found.values()] };
  }

  #push(slice: CtSlice, rest: Pick<Candidate, 'name' | 'where' | 'isPanel'>): void {
    const picture = greyPicture(slice);
    this.#candidates.push({
      points: findKeypoints(picture),
      part: comparedPart(picture),
      ...rest,
    });
  }
}

function toSlice({ columns, rows, data }: Pixels): CtSlice {
  const pixels = Float32Array.from({ length: columns * rows }, (_, i) => {
    const at = 3 * i;
    return (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!) / 255;
  });
  return { index: 0, columns, rows, unit: 'grey', pixels };
}
