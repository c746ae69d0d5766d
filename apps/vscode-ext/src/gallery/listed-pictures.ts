import { endsAsPicture, pathsOnLine } from './list-paths.js';

/** Keys whose picture belongs to another one: its mask or its label map. */
const masks =
  /^(?:.*[_-])?(?:masks?|labels?|lesions?|seg|segmentations?|gt|truth|annotations?)(?:[_-]?(?:path|file|map|name)s?)?$/i;
/** A key of YAML or Python in front of a path. */
const keyBefore = /([\w-]+)["']?\s*[:=]\s*["']?$/;

/**
 * The pictures that a text file lists, in its order: one a line of a split list, table or JSON Lines; all that JSON, YAML and Python
 * name but masks that stand beside their picture, and what YAML and Python have commented out.
 *
 * @param name of the file, whose ending says what is in it.
 */
export function listedPictures(text: string, name: string): string[] {
  if (/\.json$/i.test(name)) {
    const value = parseJson(text);
    if (value !== undefined) return picturesOf(value);
  }
  const isJsonLines = /\.jsonl$/i.test(name);
  const isYaml = /\.ya?ml$/i.test(name);
  const hasSeveral = isYaml || /\.(?:py|json)$/i.test(name);
  return text.split(/\r?\n/).flatMap((line, at) => {
    const row = isJsonLines ? parseJson(line) : undefined;
    if (row !== undefined) return picturesOf(row);
    if (hasSeveral && /^\s*#/.test(line)) return [];
    const found = pathsOnLine(line, at, isYaml);
    if (!hasSeveral) return found.slice(0, 1).map(({ path }) => path);
    const kept = found.filter(({ start }) => {
      const [, key] = keyBefore.exec(line.slice(0, start)) ?? [];
      return key === undefined || !masks.test(key);
    });
    return kept.map(({ path }) => path);
  });
}

/** Every picture that a value names, as its values or its keys. */
function picturesOf(value: unknown): string[] {
  if (typeof value === 'string') return endsAsPicture(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(picturesOf);
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const hasPicture = entries.some(
    ([key, each]) => typeof each === 'string' && endsAsPicture(each) && !masks.test(key),
  );
  return entries.flatMap(([key, each]) => {
    if (endsAsPicture(key)) return [key];
    return hasPicture && masks.test(key) ? [] : picturesOf(each);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
