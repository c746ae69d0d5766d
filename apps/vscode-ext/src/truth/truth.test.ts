import { expect, test } from 'vitest';
import { maskInManifest } from './mask-in-manifest.js';
import { stemOf, truthCandidates } from './truth-candidates.js';

test('the stem of a name loses the whole ending of its format', () => {
  expect(['a.nii.gz', 'b.c.mha', 'IMG0001', 'x.PNG'].map(stemOf)).toEqual([
    'a',
    'b.c',
    'IMG0001',
    'x',
  ]);
});

test('masks are looked for beside the image before folders of masks', () => {
  const candidates = truthCandidates('case.nii.gz', 'scans');
  expect(candidates[0]).toBe('case_mask.nii.gz');
  expect(candidates).toContain('masks/case.png');
  expect(candidates).toContain('../masks/case.nii.gz');
  expect(candidates).toContain('../scans.masks/case.mask.png');
  // The image is not its own mask.
  expect(candidates).not.toContain('case.nii.gz');
});

test('the manifest names the mask of exactly this image', () => {
  const row = { label: 'covid', split: 'test', patient: 'p', source: 's' };
  const rows = [
    JSON.stringify({ ...row, path: 'sub/a.png', mask: 'wrong.png' }),
    'not json, though it holds a.png',
    JSON.stringify({ ...row, path: 'a.png', mask: 'masks/a.png' }),
  ].join('\n');
  expect(maskInManifest(rows, 'a.png')).toBe('masks/a.png');
  expect(maskInManifest(rows, 'b.png')).toBeUndefined();
});

test('a manifest cannot name a mask outside of its folder', () => {
  const row = { path: 'a.png', label: 'covid', split: 'test', patient: 'p', source: 's' };
  expect(
    maskInManifest(JSON.stringify({ ...row, mask: '../../secret.png' }), 'a.png'),
  ).toBeUndefined();
});
