/** Removes companion files that hold others' pixels: `.raw` and `.zraw` next to `.mhd`, `.img` next to `.hdr`. */
export function withoutCompanions(paths: readonly string[]): string[] {
  const known = new Set(paths.map((path) => path.toLowerCase()));
  return paths.filter((path) => {
    const lower = path.toLowerCase();
    const stem = lower.replace(/\.(z?raw|img|img\.gz)$/, '');
    if (stem === lower) return true;
    return !['.mhd', '.hdr', '.hdr.gz'].some((ending) => known.has(stem + ending));
  });
}
