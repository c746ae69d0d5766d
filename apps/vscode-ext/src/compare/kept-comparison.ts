import type { DifferenceKind } from '@groundglass/viewer/compare';
import * as vscode from 'vscode';
import type { KeptComparison } from '../shared/protocol.js';

/** A picture to compare, and its model if that is not the chosen one. */
export interface ComparedPicture {
  readonly uri: vscode.Uri;
  readonly title: string;
  /** What distinguishes it: its folder, a revision, a model. */
  readonly detail: string;
  readonly model?: string;
}

/** The subject of a comparison. */
export interface Comparison {
  readonly pictures: readonly ComparedPicture[];
  readonly difference: DifferenceKind;
}

/** A comparison as its page saves it. */
export function keptComparison({ pictures, difference }: Comparison): KeptComparison {
  return {
    pictures: pictures.map(({ uri, ...rest }) => ({ ...rest, uri: uri.toString() })),
    difference,
  };
}

/** The comparison that a page saved; undefined if it saved none, or another version did. */
export function parseKeptComparison(state: unknown): Comparison | undefined {
  const { kept } = recordOf(state);
  const { pictures, difference } = recordOf(kept);
  if (!Array.isArray(pictures) || pictures.length < 2) return undefined;
  if (difference !== 'values' && difference !== 'masks') return undefined;
  const parsed = pictures.map(parsePicture);
  return parsed.every((picture) => picture !== undefined)
    ? { pictures: parsed, difference }
    : undefined;
}

function parsePicture(kept: unknown): ComparedPicture | undefined {
  const { uri, title, detail, model } = recordOf(kept);
  if (typeof uri !== 'string' || typeof title !== 'string' || typeof detail !== 'string')
    return undefined;
  const picture = { uri: vscode.Uri.parse(uri), title, detail };
  return typeof model === 'string' ? { ...picture, model } : picture;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
