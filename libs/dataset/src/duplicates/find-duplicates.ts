import { CtError } from '@groundglass/core';
import type { StoredPair } from '../features/features-cache.js';
import type { GreyPicture } from '../features/grey-picture.js';
import type { Keypoints } from '../features/keypoints.js';
import type { DatasetProgress } from '../import/import-options.js';
import { breather } from '../reading/breather.js';
import { inOrder } from '../reading/in-order.js';
import { ComparedPicture, comparePixels } from './compare-pixels.js';
import { findCandidates } from './find-candidates.js';
import { couldBe, doubtOf, kindOf, pairKinds, type PairKind } from './pair-kind.js';
import { register, type Registration } from './register.js';

/** A picture to look for copies of. */
export interface DuplicateInput {
  readonly points: Keypoints;
  /** Identifies the pixels, so that a comparison can be cached. */
  readonly hash: string;
}

/** Two pictures that show the same content. */
export interface DuplicatePair extends StoredPair {
  readonly a: number;
  readonly b: number;
  /** `copy`: one picture, whatever was done to it. `neighbour`: adjacent slices of one scan. */
  readonly kind: PairKind;
  readonly registration: Registration;
  /** 0 for the same pixels; see {@link doubtOf}. */
  readonly doubt: number;
}

/** Options of the search for duplicates. */
export interface DuplicateOptions {
  /** The compared part of a picture (`comparedPart`); called only for pairs that are verified. */
  readonly load: (index: number) => Promise<GreyPicture | undefined>;
  /** How many pictures to load at a time; default 1. */
  readonly atOnce?: number | undefined;
  /** Which pairs to report; default all. */
  readonly wanted?: ((a: number, b: number) => readonly PairKind[]) | undefined;
  readonly remembered?: {
    findPair(key: string): StoredPair | undefined;
    setPair(key: string, pair: StoredPair): void;
  };
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DatasetProgress) => void) | undefined;
}

/** Pictures that are kept while pairs are verified. */
const keptPictures = 256;
/** Candidates between two reports of progress. */
const progressEvery = 64;

/**
 * Finds copies (turned, flipped, cropped, padded, rescaled, re-encoded, of another window, negative) and neighbouring slices: candidates by
 * hashed points, registration by the points' positions, verification by the overlapping pixels.
 *
 * @returns each pair once, in the order of its later picture.
 * @throws {CtError} `CT_CANCELLED`.
 */
export async function findDuplicates(
  pictures: readonly DuplicateInput[],
  options: DuplicateOptions,
): Promise<DuplicatePair[]> {
  const { load, atOnce = 1, remembered, signal, onProgress } = options;
  const registered = await registerCandidates(pictures, options);
  const kept = new Map<number, Promise<ComparedPicture | undefined>>();
  const pictureOf = (index: number) => {
    const known = kept.get(index);
    if (known) return known;
    if (kept.size >= keptPictures) kept.delete(kept.keys().next().value!);
    const loading = load(index).then((picture) => picture && new ComparedPicture(picture));
    kept.set(index, loading);
    return loading;
  };
  const agreementOf = async ({ a, b, registration }: RegisteredPair) => {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Comparing was cancelled');
    const key = `${pictures[a]!.hash} ${pictures[b]!.hash} ${registration.variant}`;
    const known = remembered?.findPair(key);
    if (known) return known;
    const [pictureA, pictureB] = await Promise.all([pictureOf(a), pictureOf(b)]);
    if (!pictureA || !pictureB) return undefined;
    const agreement = comparePixels(pictureA, pictureB, registration);
    remembered?.setPair(key, agreement);
    return agreement;
  };
  const best = new Map<string, DuplicatePair>();
  let done = 0;
  for await (const [{ a, b, kinds, registration }, agreement] of inOrder(
    registered,
    atOnce,
    agreementOf,
  )) {
    onProgress?.({ phase: 'verifying', done: ++done, total: registered.length });
    const kind = agreement && kindOf(agreement, registration);
    if (!kind || !kinds.includes(kind)) continue;
    const before = best.get(`${a} ${b}`);
    // A symmetric picture may match its mirror image.
    if (!before || agreement.detail > before.detail)
      best.set(`${a} ${b}`, {
        a,
        b,
        kind,
        registration,
        doubt: doubtOf(agreement, registration),
        ...agreement,
      });
  }
  return [...best.values()];
}

interface RegisteredPair {
  readonly a: number;
  readonly b: number;
  readonly kinds: readonly PairKind[];
  readonly registration: Registration;
}

async function registerCandidates(
  pictures: readonly DuplicateInput[],
  { wanted, signal, onProgress }: DuplicateOptions,
): Promise<RegisteredPair[]> {
  const stopped = () => {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Comparing was cancelled');
  };
  const points = pictures.map((picture) => picture.points);
  const candidates = await findCandidates(points, (done, total) => {
    if (done % progressEvery !== 0 && done !== total) return;
    stopped();
    onProgress?.({ phase: 'comparing', done, total });
  });
  const breathe = breather();
  const registered: RegisteredPair[] = [];
  for (const [i, { a, b, variant }] of candidates.entries()) {
    if (i % progressEvery === 0) {
      await breathe();
      stopped();
      onProgress?.({ phase: 'registering', done: i, total: candidates.length });
    }
    const kinds = wanted?.(a, b) ?? pairKinds;
    if (kinds.length === 0) continue;
    const registration = register(points[a]!, points[b]!, variant);
    if (!registration) continue;
    const possible = kinds.filter((kind) => couldBe(kind, registration));
    if (possible.length > 0) registered.push({ a, b, kinds: possible, registration });
  }
  onProgress?.({ phase: 'registering', done: candidates.length, total: candidates.length });
  return registered;
}
