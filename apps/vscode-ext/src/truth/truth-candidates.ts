/** Extensions of files that can hold a mask. */
const endings = ['.nii.gz', '.nii', '.mha', '.mhd', '.png', '.dcm'];
const marks = ['_mask', '-mask', '.mask', '_seg', '-seg', '.seg', '_label', '-label'].concat(
  ...['_lesion', '-lesion', '_gt', '-gt', '_annotation', '_infection'],
);
/** Parts of an image's name that its mask's name lacks: `case_ct.nii.gz`, `case_0000.nii.gz` (nnU-Net). */
const imageMarks = /[._-](ct|img|image|im|0000|org)$/i;

/**
 * Names of folders with experts' masks, best first, lowercase without separators and plural s. Lung masks and a
 * network's masks are excluded.
 */
const maskFolders = [
  ...['lesionmask', 'lesion', 'mask', 'gt', 'groundtruth', 'label', 'labelstr', 'labelsts'],
  ...['seg', 'segmentation', 'annotation', 'infectionmask', 'infection', 'classmask'],
];

/** The name of a file without its format's extension. */
export function stemOf(name: string): string {
  const lower = name.toLowerCase();
  const ending = [...endings, '.dicom', '.ima', '.jpeg', '.jpg'].find((end) => lower.endsWith(end));
  return ending ? name.slice(0, -ending.length) : name;
}

/** Rank of a folder for masks, by its name: 0 is best; undefined for one that holds something else. */
export function rankOfMaskFolder(name: string): number | undefined {
  const plain = name.toLowerCase().replace(/[\s._-]/g, '');
  const at = [plain, plain.replace(/s$/, '')].map((each) => maskFolders.indexOf(each));
  const rank = at.find((each) => each >= 0);
  return rank;
}

/** Whether a folder next to a series' own holds its masks: `series.masks`, `series_seg`. */
export function isMaskFolderOf(series: string, name: string): boolean {
  if (!name.startsWith(series) || !/^[._-]/.test(name.slice(series.length))) return false;
  return rankOfMaskFolder(name.slice(series.length + 1)) !== undefined;
}

/** Names of an image's mask, best first: next to it, where the name must say that it is a mask, or in a folder of masks. */
export function maskNames(name: string, place: 'beside' | 'in a mask folder'): string[] {
  const own = stemOf(name);
  const stems = imageMarks.test(own) ? [own, own.replace(imageMarks, '')] : [own];
  const all = place === 'beside' ? marks : ['', ...marks];
  return stems.flatMap((stem) =>
    all.flatMap((mark) => endings.map((ending) => `${stem}${mark}${ending}`)),
  );
}
