import type { Finding } from '@groundglass/core';
import { checkMask, checkPicture } from '../../facts/check-pixels.js';
import { shownSlice } from '../../reading/shown-slice.js';
import { counted } from '../../text/counted.js';
import type { AuditContext } from '../audit-context.js';

const endings: Readonly<Record<string, RegExp>> = {
  png: /\.png$/i,
  jpeg: /\.jpe?g$/i,
  nifti: /\.(nii|hdr|img)(\.gz)?$/i,
  metaimage: /\.mh[ad]$/i,
};
/** Shorter side in pixels below which vessels are lost. */
const smallest = 96;

/** Files that are missing, broken, changed, tiny, not axial, without lungs, or not in the format of their name; wrong masks. */
export function filesAsDeclared(context: AuditContext): Finding[] {
  const misnamed = new Map<string, number[]>();
  const findings = context.samples.flatMap((sample, i): Finding[] => {
    const { path, slice, mask, sha256 } = sample;
    const found = context.file(path);
    if (!found) return [context.finding('missing-file', 'error', `"${path}" does not exist`, [i])];
    if ('problem' in found)
      return [
        context.finding('broken-file', 'error', `"${path}": ${found.problem}`, [i], {
          code: found.code,
        }),
      ];
    const list: Finding[] = [];
    const add = (
      rule: string,
      severity: Finding['severity'],
      message: string,
      evidence: Finding['evidence'] = {},
    ) => list.push(context.finding(rule, severity, message, [i], evidence));
    if (sha256 !== undefined && found.sha256 !== sha256)
      add('changed-file', 'warning', `"${path}" does not match its fingerprint in the manifest`, {
        manifest: sha256,
        file: found.sha256,
      });
    if (slice !== undefined && slice >= found.sliceCount)
      add(
        'missing-slice',
        'error',
        `"${path}" has ${found.sliceCount} slices, none with index ${slice}`,
      );
    else if (slice === undefined && found.sliceCount > 1)
      add(
        'whole-volume',
        'info',
        `"${path}" is a volume of ${found.sliceCount} slices as one sample: only its middle slice was checked`,
      );
    const ending = endings[found.format];
    if (ending && !ending.test(path) && /\.[a-z]{2,5}$/i.test(path)) {
      const name = `${path.slice(path.lastIndexOf('.'))} is ${found.format.toUpperCase()}`;
      misnamed.set(name, [...(misnamed.get(name) ?? []), i]);
    }
    const { columns, rows, header } = found;
    if (Math.min(columns, rows) < smallest)
      add(
        'tiny-picture',
        'warning',
        `"${path}" has ${columns}×${rows} pixels: vessels and faint lesions are lost`,
        { columns, rows },
      );
    if (header.axial === false) add('not-axial', 'error', `"${path}" is not axial`);
    if (header.modality !== undefined && header.modality !== 'CT')
      add('not-ct', 'error', `"${path}" is of modality ${header.modality}, not CT`, {
        modality: header.modality,
      });
    if (header.burnedIn?.toUpperCase() === 'YES')
      add(
        'marks-drawn',
        'warning',
        `"${path}" has text burned into its pixels, according to its header`,
      );
    const problem = checkPicture(found, shownSlice(slice, found.sliceCount));
    if (problem !== undefined) add('unusable-picture', 'error', `"${path}": ${problem}`);
    if (mask !== undefined) {
      const maskFacts = context.file(mask);
      const message = maskFacts
        ? checkMask(found, mask, maskFacts, slice)
        : `mask "${mask}" does not exist`;
      if (message !== undefined) add('wrong-mask', 'error', message, { mask });
    }
    const features = context.features[i];
    if (features?.reasons.includes('NOT_CHEST') && header.axial !== false)
      add(
        'not-chest',
        'warning',
        `"${path}" does not look like an axial chest slice: it may show another body part or plane, or be a radiograph or no CT at all`,
      );
    else if (features?.lungShare === null && header.axial !== false)
      add(
        'no-lungs',
        'info',
        `No lungs were found in "${path}": it is not an axial chest slice, or a lung model cannot use it`,
      );
    for (const { kind, share, pieces } of features?.marks ?? [])
      add(
        'marks-drawn',
        'info',
        `"${path}" has ${kind === 'colour' ? 'coloured marks' : `${counted(pieces, 'white mark')} (letters, arrows)`} drawn into it`,
        { kind, share, pieces },
      );
    return list;
  });
  const names = [...misnamed].map(([name, indices]) =>
    context.finding(
      'wrong-ending',
      'info',
      `${counted(indices.length, 'file')}: ${name} inside`,
      indices,
    ),
  );
  return [...findings, ...names];
}
