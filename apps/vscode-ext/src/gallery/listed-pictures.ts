import { parseAllDocuments } from 'yaml';
import { endsAsPicture, pathsOnLine } from './list-paths.js';

/** Keys of a file that belongs to another picture: its mask or its label map. */
const masks =
  /^(?:.*[_-])?(?:masks?|labels?|lesions?|seg|segmentations?|gt|truth|annotations?)(?:[_-]?(?:path|file|map|name)s?)?$/i;
/** A key before a path, in Python or in text that could not be parsed. */
const keyBefore = /([\w-]+)["']?\s*[:=]\s*["']?$/;

/**
 * The pictures that a text file lists, in its order: one a line of a split list, table or JSON Lines; in JSON, YAML and Python all
 * except masks listed with their picture, and paths commented out in YAML and Python.
 *
 * @param name of the file, whose extension gives its format.
 */
export function listedPictures(text: string, name: string): string[] {
  const isYaml = /\.ya?ml$/i.test(name);
  const value = /\.json$/i.test(name) ? parseJson(text) : isYaml ? parseYaml(text) : undefined;
  if (value !== undefined) return picturesOf(value);
  const isJsonLines = /\.jsonl$/i.test(name);
  // Half-written files are read too, line by line.
  const hasSeveral = /\.(?:py|json|ya?ml)$/i.test(name);
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

/** Every picture in the values or keys of a value. */
function picturesOf(value: unknown): string[] {
  if (typeof value === 'string') return endsAsPicture(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(picturesOf);
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value).map(([key, each]) => ({
    isMask: masks.test(key),
    pictures: endsAsPicture(key) ? [key] : picturesOf(each),
  }));
  const hasPicture = entries.some(({ isMask, pictures }) => !isMask && pictures.length > 0);
  return entries.flatMap(({ isMask, pictures }) => (isMask && hasPicture ? [] : pictures));
}

/** The documents of a YAML file; undefined if one has an error, or endless aliases of aliases. */
function parseYaml(text: string): unknown {
  const documents = parseAllDocuments(text);
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  try {
    return documents.map((document) => document.toJS() as unknown);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
