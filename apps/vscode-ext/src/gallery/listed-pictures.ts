import { parseAllDocuments } from 'yaml';
import { endsAsPicture, pathsOnLine } from './list-paths.js';

/** Keys whose picture belongs to another one: its mask or its label map. */
const masks =
  /^(?:.*[_-])?(?:masks?|labels?|lesions?|seg|segmentations?|gt|truth|annotations?)(?:[_-]?(?:path|file|map|name)s?)?$/i;
/** A key in front of a path, in Python or in what could not be parsed. */
const keyBefore = /([\w-]+)["']?\s*[:=]\s*["']?$/;

/**
 * The pictures that a text file lists, in its order: one a line of a split list, table or JSON Lines; all that JSON, YAML and Python
 * name but masks that stand beside their picture, and what YAML and Python have commented out.
 *
 * @param name of the file, whose ending says what is in it.
 */
export function listedPictures(text: string, name: string): string[] {
  const isYaml = /\.ya?ml$/i.test(name);
  const value = /\.json$/i.test(name) ? parseJson(text) : isYaml ? parseYaml(text) : undefined;
  if (value !== undefined) return picturesOf(value);
  const isJsonLines = /\.jsonl$/i.test(name);
  // Half-written files too are read, line by line.
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

/** Every picture that a value names, as its values or its keys. */
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

/** The documents of a YAML file; undefined where one has an error, or aliases of aliases without end. */
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
