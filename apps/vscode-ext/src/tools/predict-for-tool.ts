import { decodeMask, encodePng, overlayMask, resample } from '@groundglass/core';
import * as vscode from 'vscode';
import { makeThumbnail } from '../gallery/make-thumbnail.js';
import { readForScoring, type ScoringClient } from '../scoring/scoring-client.js';

/** The model's answer as text, and the slice with its mask as a picture. */
export async function predictForTool(
  client: ScoringClient,
  uri: vscode.Uri,
  slice: number | undefined,
  signal: AbortSignal,
): Promise<vscode.LanguageModelToolResult> {
  const model = await client.model(signal);
  const { body } = await readForScoring(uri);
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const prediction = await client.predict(body, name, model, slice, signal);
  const { label, withheld, probability, threshold, lesionFraction, warnings, slices } = prediction;
  const answer = {
    ...{
      path: vscode.workspace.asRelativePath(uri),
      model: prediction.model,
      label,
      withheld,
      threshold,
    },
    // A withheld answer also withholds the probability and the lesion.
    probability: label === null ? null : probability,
    lesionFraction: label === null ? null : lesionFraction,
    warnings: warnings.map(({ code }) => code),
    note: 'Research use, not for diagnosis.',
  };
  const shown = slices.find(({ mask }) => mask) ?? slices[0]!;
  const parts: unknown[] = [new vscode.LanguageModelTextPart(JSON.stringify(answer))];
  const { columns, rows, grey } = await makeThumbnail(
    uri,
    slices.length > 1 || slice !== undefined ? shown.index : null,
    undefined,
    signal,
  );
  const mask =
    shown.mask && label !== null
      ? resample(
          decodeMask(shown.mask),
          { columns: shown.mask.width, rows: shown.mask.height },
          { columns, rows },
        )
      : new Float32Array(columns * rows);
  const data = overlayMask({ columns, rows, pixels: grey }, mask);
  const png = encodePng({ columns, rows, channels: 4, data });
  parts.push(...imagePart(png));
  return new vscode.LanguageModelToolResult(parts as vscode.LanguageModelTextPart[]);
}

/** Pictures in answers are newer than the oldest editor that the extension supports: there only the text is returned. */
function imagePart(png: Uint8Array): unknown[] {
  const { LanguageModelDataPart } = vscode as {
    LanguageModelDataPart?: { image(data: Uint8Array, mime: string): unknown };
  };
  return LanguageModelDataPart ? [LanguageModelDataPart.image(png, 'image/png')] : [];
}
