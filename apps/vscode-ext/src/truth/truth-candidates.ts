/** Endings of files that can hold a mask. */
const endings = ['.nii.gz', '.nii', '.mha', '.mhd', '.png', '.dcm'];
const marks = ['_mask', '-mask', '.mask', '_seg', '-seg', '_label', '-label', '_lesion', '_gt'];
const folders = ['masks', 'mask', 'labels', 'segmentations'];

/** The name of a file without the ending of its format. */
export function stemOf(name: string): string {
  const lower = name.toLowerCase();
  const ending = [...endings, '.dicom', '.ima', '.jpeg', '.jpg'].find((end) => lower.endsWith(end));
  return ending ? name.slice(0, -ending.length) : name;
}

/**
 * Where the mask of an image would lie, best first, as paths relative to the image's folder: `case_mask.nii.gz` beside
 * `case.nii.gz`; `masks/case.png`; `../masks/case.png` for a folder of images with a folder of masks beside it; and
 * `../series.masks/001.mask.png` for a file of the folder `series`.
 *
 * @param folder name of the folder that the image lies in.
 */
export function truthCandidates(name: string, folder: string): string[] {
  const stem = stemOf(name);
  const named = (place: string, names: readonly string[]) =>
    names.flatMap((mark) => endings.map((ending) => `${place}${stem}${mark}${ending}`));
  const places = [
    ...folders.flatMap((masks) => [`${masks}/`, `../${masks}/`]),
    ...['.masks', '_masks', '-masks'].map((mark) => `../${folder}${mark}/`),
  ];
  return [...named('', marks), ...places.flatMap((place) => named(place, ['', ...marks]))];
}
