import type { DescribedDataset } from './croissant.js';

/** Audit findings that bias a model, one sentence each. */
export function biasesOf({
  findings,
  statistics,
  dataset: { manifest },
}: DescribedDataset): string[] {
  const shortcuts = findings
    .filter(({ rule }) => rule.endsWith('-tells-label'))
    .map(({ message }) => message);
  const counts = manifest.labels.map(
    (label) => `${statistics.values[`images.${label}`] ?? 0} ${label}`,
  );
  return [`Images by label: ${counts.join(', ')}.`, ...shortcuts];
}

/** Audit findings that limit what the data can be used for, one sentence each. */
export function limitationsOf({ findings, statistics }: DescribedDataset): string[] {
  const rules = new Map<string, number>();
  for (const { rule, severity } of findings)
    if (severity !== 'info' && !rule.endsWith('-tells-label'))
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
  const audited = [...rules].map(([rule, count]) => `Audit: ${count} × ${rule}.`);
  const differing = statistics.differences.map(
    ({ key, published, data }) =>
      `The publication states ${published} for ${key}, the data has ${data ?? 'none'}.`,
  );
  const all = [...audited, ...differing];
  return all.length > 0 ? all : ['No audit was run, or it found nothing.'];
}
