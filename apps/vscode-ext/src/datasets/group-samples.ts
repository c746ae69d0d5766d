import type { DatasetSample } from '@groundglass/core';

/** Samples below a heading: indices, ascending. */
export type SampleTree = ReadonlyMap<
  string,
  ReadonlyMap<string | null, ReadonlyMap<string, readonly number[]>>
>;

const splitOrder = ['train', 'val', 'test'];

/** Indices of samples by split, then label (null: unknown, last), then patient; splits in the order of their use. */
export function groupSamples(
  samples: readonly DatasetSample[],
  labels: readonly string[],
): SampleTree {
  const tree = new Map<string, Map<string | null, Map<string, number[]>>>();
  const ordered = [...splitOrder, ...samples.map(({ split }) => split)];
  const present = new Set<string>(samples.map(({ split }) => split));
  for (const split of new Set(ordered)) {
    if (!present.has(split)) continue;
    tree.set(
      split,
      new Map([...labels, null].map((label) => [label, new Map<string, number[]>()])),
    );
  }
  for (const [at, { split, label, patient }] of samples.entries()) {
    const byLabel = tree.get(split)!;
    const byPatient = byLabel.get(label) ?? new Map<string, number[]>();
    byLabel.set(label, byPatient);
    const indices = byPatient.get(patient);
    if (indices) indices.push(at);
    else byPatient.set(patient, [at]);
  }
  for (const byLabel of tree.values()) {
    for (const [label, byPatient] of byLabel) if (byPatient.size === 0) byLabel.delete(label);
  }
  return tree;
}

/** Rows that a branch of a tree shows at once. */
export const pageSize = 500;

/** Splits a long list into pages; a list of one page stays as it is. */
export function pagesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const pages: T[][] = [];
  for (let at = 0; at < items.length; at += pageSize) pages.push(items.slice(at, at + pageSize));
  return pages;
}
