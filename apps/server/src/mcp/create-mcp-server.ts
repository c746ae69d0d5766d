import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { openAsBlob } from 'node:fs';
import type { CtUpload, GroundglassClient } from '@groundglass/client';
import { CtError, errorCatalogue } from '@groundglass/core';
import {
  auditDataset,
  findingsText,
  findPictures,
  guessesOf,
  summarizeDataset,
} from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { nodeFiles } from '@groundglass/dataset/node';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { serverVersion } from '../options/server-version.js';
import type { Workspace } from './workspace.js';

/** Maximum findings in one answer; a file next to the dataset has them all. */
const mostFindings = 100;
const dataset = z
  .string()
  .optional()
  .describe('Name of a dataset of the workspace. Default: the first one.');
const reading = { readOnlyHint: true, openWorldHint: false } as const;

interface McpOptions {
  readonly workspace: Workspace;
  /** The model, which starts on first use. */
  readonly client: () => Promise<GroundglassClient>;
}

/** The tools that language models may call, with the same names and inputs as in VS Code. */
export function createMcpServer({ workspace, client }: McpOptions): McpServer {
  const server = new McpServer({ name: 'groundglass', version: serverVersion });
  server.registerTool(
    'groundglass_predict',
    {
      title: 'Ask the CT model',
      description:
        'Asks the CT model of this machine about one CT file of the workspace (DICOM, NIfTI, MetaImage, PNG, JPEG). Returns the label or why it was withheld, the probability of the positive label, the lesion share of the lung, and a slice with the lesion mask as a picture. Research use, not for diagnosis; never present the answer as a diagnosis.',
      inputSchema: {
        path: z.string().min(1).describe('Path of a CT file, relative to the workspace folder.'),
        slice: z
          .int()
          .min(0)
          .optional()
          .describe('Index of a slice of a volume, from 0. Default: the whole volume.'),
      },
      annotations: reading,
    },
    ({ path, slice }, { signal }) =>
      answered(async () => {
        const file = await workspace.file(path);
        const upload = await readUpload(file);
        const model = await client();
        const slices = slice === undefined ? {} : { slices: slice };
        const prediction = await model.predict(upload, { mask: false, signal, ...slices });
        const { label, withheld, probability, threshold, lesionFraction, warnings } = prediction;
        const text = json({
          ...{ path: workspace.nameOf(file), model: prediction.model, label, withheld, threshold },
          // Withhold the probability together with the answer.
          probability: label === null ? null : probability,
          lesionFraction: label === null ? null : lesionFraction,
          warnings: warnings.map(({ code }) => code),
          note: 'Research use, not for diagnosis.',
        });
        const shown = slice ?? lesionSlice(prediction.slices);
        // Without an answer show no mask either.
        const opacity = label === null ? 0 : undefined;
        const picture = await model.overlay(upload, { slice: shown, opacity, signal });
        const data = Buffer.from(picture).toString('base64');
        return { content: [text, { type: 'image', data, mimeType: 'image/png' }] };
      }),
  );
  server.registerTool(
    'groundglass_find',
    {
      title: 'Find pictures',
      description:
        "Finds pictures of a CT dataset of the workspace by split, known label, the model's answer, whether the answer is wrong or withheld, findings of the audit, or text in path and patient. The most wrong come first. What `guesses` says is not a fact of the dataset: splits that Groundglass drew, patients that it guessed; say so with every figure.",
      inputSchema: {
        dataset,
        split: z.enum(['train', 'val', 'test']).optional(),
        label: z.string().optional().describe('The known label.'),
        answer: z.string().optional().describe("The model's label."),
        withheld: z.boolean().optional().describe('Whether the model gave no answer.'),
        wrong: z.boolean().optional().describe('Whether the answer differs from the known label.'),
        finding: z.string().optional().describe('A rule of the audit.'),
        text: z.string().optional().describe('Part of a path or patient.'),
        limit: z.int().min(1).max(200).optional(),
      },
      annotations: reading,
    },
    ({ dataset: name, ...input }) =>
      answered(async () => ({
        content: [json(findPictures(await workspace.asked(name), input))],
      })),
  );
  server.registerTool(
    'groundglass_summarizeDataset',
    {
      title: 'Summarize a dataset',
      description:
        'Counts pictures, patients and labels of a CT dataset of the workspace by split, and how the model that scored it does on each: accuracy, sensitivity, specificity, AUC with its interval, withheld and failed pictures. What `guesses` says is not a fact of the dataset: splits that Groundglass drew, patients that it guessed; say so with every figure.',
      inputSchema: { dataset },
      annotations: reading,
    },
    ({ dataset: name }) =>
      answered(async () => ({ content: [json(summarizeDataset(await workspace.asked(name)))] })),
  );
  server.registerTool(
    'groundglass_audit',
    {
      title: 'Audit a dataset',
      description:
        'Audits a CT dataset of the workspace: patients, documents or pictures in two splits, one picture under two labels, files named after another format, damaged files, properties that give the label away. Takes minutes on thousands of pictures and writes the findings beside the dataset. What `guesses` says is not a fact of the dataset; say so with every finding on splits or patients.',
      inputSchema: { dataset },
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    ({ dataset: name }, { signal }) =>
      answered(async () => {
        const { name: own, folder, dataset: found } = await workspace.dataset(name);
        const findings = await auditDataset(await nodeFiles(found.root), found, { signal });
        const file = join(folder, `${basename(folder)}.audit.jsonl`);
        await replaceFile(file, findingsText(findings));
        const shown = findings.slice(0, mostFindings);
        const written = workspace.nameOf(file);
        const answer = {
          ...{ dataset: own, total: findings.length, file: written },
          guesses: guessesOf(found.samples),
          findings: shown,
        };
        return { content: [json(answer)] };
      }),
  );
  return server;
}

function json(value: unknown) {
  return { type: 'text', text: JSON.stringify(value) } as const;
}

/** An error's message and what to do; for an unexpected one no internals. */
async function answered(run: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await run();
  } catch (error) {
    const known =
      error instanceof CtError
        ? { code: error.code, error: error.message, advice: errorCatalogue[error.code].advice }
        : { code: 'CT_INTERNAL', error: errorCatalogue.CT_INTERNAL.title };
    if (!(error instanceof CtError)) console.error(error);
    return { isError: true, content: [json(known)] };
  }
}

/** A header and the file of its pixels go together. */
async function readUpload(file: string): Promise<CtUpload> {
  const parts = [file];
  const ending = extname(file).toLowerCase();
  if (ending === '.mhd') {
    const text = await readFile(file, 'latin1');
    const named = /^\s*ElementDataFile\s*=\s*(.+?)\s*$/im.exec(text)?.[1];
    // Only a file next to the header is read.
    if (named !== undefined && named !== 'LOCAL' && basename(named) === named)
      parts.push(join(dirname(file), named));
  } else if (ending === '.hdr' || ending === '.img') {
    const other = ending === '.hdr' ? '.img' : '.hdr';
    parts.push(file.slice(0, -ending.length) + other);
  }
  try {
    return await Promise.all(
      parts.map(async (part) => ({ name: basename(part), data: await openAsBlob(part) })),
    );
  } catch (cause) {
    throw new CtError('CT_READ_FAILED', `Expected ${basename(file)} to be readable`, { cause });
  }
}

/** The slice with the largest share of lesion; the middle one where none has any. */
function lesionSlice(
  slices: readonly { readonly index: number; readonly lesionFraction: number | null }[],
): number | undefined {
  const [first] = [...slices].sort((a, b) => (b.lesionFraction ?? 0) - (a.lesionFraction ?? 0));
  return first?.lesionFraction ? first.index : slices[Math.floor(slices.length / 2)]?.index;
}
