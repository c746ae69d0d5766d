import { expect, test } from 'vitest';
import { maskInManifest } from './mask-in-manifest.js';
import { isMaskFolderOf, maskNames, rankOfMaskFolder, stemOf } from './truth-candidates.js';

test('the stem of a name loses the whole extension of its format', () => {
  expect(['a.nii.gz', 'b.c.mha', 'IMG0001', 'x.PNG'].map(stemOf)).toEqual([
    'a',
    'b.c',
    'IMG0001',
    'x',
  ]);
});

test('a mask next to its image says that it is one, in a folder of masks it need not', () => {
  const beside = maskNames('case.nii.gz', 'beside');
  expect(beside[0]).toBe('case_mask.nii.gz');
  expect(beside).toContain('case_seg.dcm');
  // The image is not its own mask.
  expect(beside).not.toContain('case.nii.gz');
  expect(maskNames('case.nii.gz', 'in a mask folder')[0]).toBe('case.nii.gz');
});

test('the mask’s name lacks the part of the image’s name that says "image"', () => {
  expect(maskNames('volume-covid19-A-0003_ct.nii.gz', 'beside')).toContain(
    'volume-covid19-A-0003_seg.nii.gz',
  );
  expect(maskNames('lung_001_0000.nii.gz', 'in a mask folder')).toContain('lung_001.nii.gz');
});

test.each(['lesion-masks', 'GT', 'labels', 'masks', 'labelsTr', 'Ground Truth', 'infection_mask'])(
  'a folder %s holds masks',
  (name) => {
    expect(rankOfMaskFolder(name)).toBeGreaterThanOrEqual(0);
  },
);

test.each(['images', 'lung-masks', 'pseudo-masks', 'CT_COVID'])(
  'a folder %s holds no lesion masks by an expert',
  (name) => {
    expect(rankOfMaskFolder(name)).toBeUndefined();
  },
);

test('a folder named after a series and masks is that series’ own', () => {
  expect(isMaskFolderOf('series', 'series.masks')).toBe(true);
  expect(isMaskFolderOf('series', 'series_seg')).toBe(true);
  expect(isMaskFolderOf('series', 'series2.masks')).toBe(false);
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
