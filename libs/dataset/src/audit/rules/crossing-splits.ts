import type { Finding } from '@groundglass/core';
import { patientKey } from '../../leaks/same-patient.js';
import type { AuditContext } from '../audit-context.js';

/** Patients, documents and series in more than one split: what they have in common is learnt in one and tested in the other. */
export function crossingSplits(context: AuditContext): Finding[] {
  const units = [
    { rule: 'patient-crosses-splits', name: 'Patient', groups: context.groups(patientKey) },
    {
      rule: 'document-crosses-splits',
      name: 'Document',
      groups: context.groups(({ document }) => document),
    },
    {
      rule: 'series-crosses-splits',
      name: 'Series',
      groups: context.groups(({ meta }, i) => {
        const series = meta?.series ?? context.facts(i)?.header.series;
        return typeof series === 'string' ? series : undefined;
      }),
    },
  ];
  return units.flatMap(({ rule, name, groups }) =>
    [...groups].flatMap(([key, indices]) => {
      const counts = new Map<string, number>();
      for (const i of indices) {
        const { split } = context.samples[i]!;
        counts.set(split, (counts.get(split) ?? 0) + 1);
      }
      if (counts.size < 2) return [];
      const where = [...counts].map(([split, count]) => `${count} in ${split}`).join(', ');
      return [
        context.finding(
          rule,
          'error',
          `${name} "${key}" is in more than one split: ${where}`,
          indices,
          {
            name: key,
            ...Object.fromEntries(counts),
          },
        ),
      ];
    }),
  );
}
