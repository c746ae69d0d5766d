import type { Finding } from '@groundglass/core';
import { patientKey } from '../../leaks/same-patient.js';
import type { AuditContext } from '../audit-context.js';

/** Years that one patient's ages may differ by: follow-up, and rounding. */
const mostYears = 2;

/** Metadata that contradicts itself, and splits that lack a class. */
export function metadata(context: AuditContext): Finding[] {
  return [...patients(context), ...impossible(context), ...classes(context)];
}

function patients(context: AuditContext): Finding[] {
  return [...context.groups(patientKey)].flatMap(([patient, indices]) => {
    const of = (field: 'gender' | 'age') =>
      indices
        .map((i) => context.samples[i]!.meta?.[field] ?? null)
        .filter((value) => value !== null);
    const genders = new Set(
      of('gender').map((value) => String(value).trim().toUpperCase().slice(0, 1)),
    );
    const ages = of('age').map(Number).filter(Number.isFinite);
    const list: Finding[] = [];
    if (genders.size > 1)
      list.push(
        context.finding(
          'metadata-contradicts',
          'warning',
          `Patient "${patient}" has the genders ${[...genders].join(' and ')}`,
          indices,
          { genders: [...genders] },
        ),
      );
    if (ages.length > 1 && Math.max(...ages) - Math.min(...ages) > mostYears)
      list.push(
        context.finding(
          'metadata-contradicts',
          'warning',
          `Patient "${patient}" has ages from ${Math.min(...ages)} to ${Math.max(...ages)}`,
          indices,
          { ages: [...new Set(ages)] },
        ),
      );
    const labels = context.values(indices, 'label').filter((label) => label !== null);
    if (labels.length > 1)
      list.push(
        context.finding(
          'patient-has-two-labels',
          'info',
          `Patient "${patient}" has slices of ${labels.join(' and ')}`,
          indices,
          { labels },
        ),
      );
    return list;
  });
}

function impossible(context: AuditContext): Finding[] {
  return context.samples.flatMap(({ meta = {} }, i) => {
    const { age, gender } = meta;
    const list: Finding[] = [];
    if (age !== undefined && age !== null && (typeof age !== 'number' || age < 0 || age > 115))
      list.push(
        context.finding(
          'metadata-contradicts',
          'warning',
          `The age "${String(age)}" of ${context.name(i)} is not an age in years`,
          [i],
          { age },
        ),
      );
    const text = Object.values(meta)
      .filter((value) => typeof value === 'string')
      .join(' ');
    if (/^m/i.test(String(gender ?? '')) && /\b(pregnan|gestation)/i.test(text))
      list.push(
        context.finding(
          'metadata-contradicts',
          'info',
          `${context.name(i)} belongs to a man and mentions pregnancy`,
          [i],
          { gender: String(gender) },
        ),
      );
    return list;
  });
}

function classes(context: AuditContext): Finding[] {
  const { labels } = context.dataset.manifest;
  return [...context.groups(({ split }) => split)].flatMap(([split, indices]) => {
    const present = context.values(indices, 'label');
    const missing = labels.filter((label) => !present.includes(label));
    if (missing.length === 0) return [];
    return [
      context.finding(
        'class-missing',
        'warning',
        `The ${split} split has no sample of ${missing.join(', ')}: its AUC is undefined`,
        [],
        { split, missing },
      ),
    ];
  });
}
