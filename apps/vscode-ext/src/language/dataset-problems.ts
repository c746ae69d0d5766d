import type { Finding } from '@groundglass/core';
import type { ImportProblem } from '@groundglass/dataset';
import * as vscode from 'vscode';
import type { DatasetEntry } from '../datasets/dataset-registry.js';
import type { LoadedDataset } from '../datasets/load-dataset.js';
import { baseNameOf, readTextOf } from '../datasets/workspace-files.js';
import { pathsOnLine } from '../gallery/list-paths.js';
import type { LoadedGallery } from '../gallery/gallery-source.js';

/** Lists and tables of a layout that are searched for its samples' lines. */
const mostLists = 40;

/** A problem of a dataset, with what its fixes need. */
export class DatasetDiagnostic extends vscode.Diagnostic {
  constructor(
    range: vscode.Range,
    message: string,
    severity: vscode.DiagnosticSeverity,
    readonly rule: string,
    /** Files of the problem, its own first. */
    readonly files: readonly vscode.Uri[],
  ) {
    super(range, message, severity);
    this.source = 'Groundglass';
    this.code = rule;
  }
}

/** Bad rows and findings of datasets as entries of Problems: at the row of the manifest or of the split list. */
export class DatasetProblems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('groundglass');
  /** Files with problems of a source, to remove them later. */
  readonly #filesOf = new Map<string, Map<string, [vscode.Uri, vscode.Diagnostic[]]>>();
  readonly #findingsOf: (folder: vscode.Uri) => Promise<Finding[]>;

  constructor(findingsOf: (folder: vscode.Uri) => Promise<Finding[]>) {
    this.#findingsOf = findingsOf;
  }

  /** Shows the bad rows of a results file. */
  report({ results, problems }: LoadedGallery): void {
    if (!results) return;
    const found = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    found.set(results.toString(), [results, problems.map(rowDiagnostic)]);
    this.#set(`results ${results.toString()}`, found);
  }

  /** Shows the errors of a dataset: unusable rows, and findings of its audit. */
  async show(entry: DatasetEntry): Promise<void> {
    const dataset = await entry.load().catch(() => undefined);
    const found = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    const add = (uri: vscode.Uri, diagnostic: vscode.Diagnostic) => {
      const of = found.get(uri.toString());
      if (of) of[1].push(diagnostic);
      else found.set(uri.toString(), [uri, [diagnostic]]);
    };
    if (dataset) {
      for (const problem of dataset.problems) {
        add(vscode.Uri.joinPath(dataset.folder, problem.file), rowDiagnostic(problem));
      }
      const findings = currentFindings(await this.#findingsOf(dataset.folder), dataset);
      const places = findings.length > 0 ? await placesOf(dataset) : undefined;
      for (const finding of findings) {
        for (const [at, sample] of finding.samples.entries()) {
          const place = places!.of(sample);
          if (!place) continue;
          const files = [sample, ...finding.samples.filter((_, other) => other !== at)].map(
            ({ path }) => vscode.Uri.joinPath(dataset.root, path),
          );
          const diagnostic = new DatasetDiagnostic(
            place.range,
            finding.message,
            severityOf(finding),
            finding.rule,
            files,
          );
          diagnostic.relatedInformation = finding.samples.flatMap((other) => {
            const elsewhere = other === sample ? undefined : places!.of(other);
            return elsewhere
              ? [
                  new vscode.DiagnosticRelatedInformation(
                    new vscode.Location(elsewhere.uri, elsewhere.range),
                    other.path,
                  ),
                ]
              : [];
          });
          add(place.uri, diagnostic);
        }
      }
    }
    this.#set(`dataset ${entry.folder.toString()}`, found);
  }

  dispose(): void {
    this.#collection.dispose();
  }

  #set(source: string, found: Map<string, [vscode.Uri, vscode.Diagnostic[]]>): void {
    const before =
      this.#filesOf.get(source) ?? new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    this.#filesOf.set(source, found);
    for (const [key, [uri]] of [...before, ...found]) {
      const all = [...this.#filesOf.values()].flatMap((files) => files.get(key)?.[1] ?? []);
      this.#collection.set(uri, all);
    }
  }
}

function rowDiagnostic({ row = 1, message }: ImportProblem): DatasetDiagnostic {
  const range = new vscode.Range(row - 1, 0, row - 1, Number.MAX_SAFE_INTEGER);
  return new DatasetDiagnostic(range, message, vscode.DiagnosticSeverity.Error, 'bad-row', []);
}

function severityOf({ severity }: Finding): vscode.DiagnosticSeverity {
  switch (severity) {
    case 'error':
      return vscode.DiagnosticSeverity.Error;
    case 'warning':
      return vscode.DiagnosticSeverity.Warning;
    case 'info':
      return vscode.DiagnosticSeverity.Information;
    default:
      return severity satisfies never;
  }
}

interface Place {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
}

interface Places {
  of(sample: Finding['samples'][number]): Place | undefined;
}

/**
 * Findings of an audit that still hold: when a picture has since been renamed, moved or removed from the dataset, its findings go
 * with it. Bad rows are those of the current manifest.
 */
function currentFindings(findings: readonly Finding[], { samples }: LoadedDataset): Finding[] {
  const paths = new Set(samples.map(({ path }) => path));
  return findings.filter(
    ({ rule, samples: named }) => rule !== 'bad-row' && named.every(({ path }) => paths.has(path)),
  );
}

/** Positions of samples: rows of `samples.jsonl`, else lines of the layout's lists, else the picture itself. */
async function placesOf(dataset: LoadedDataset): Promise<Places> {
  const { samplesFile, lines, root } = dataset;
  if (samplesFile && lines) {
    const linesOf = new Map<string, number[]>();
    for (const [at, { path }] of dataset.samples.entries()) {
      linesOf.set(path, [...(linesOf.get(path) ?? []), lines[at]!]);
    }
    return {
      of({ path, line: audited }) {
        // Rows may have moved since the audit.
        const now = linesOf.get(path);
        const line = audited !== null && now?.includes(audited) ? audited : now?.[0];
        if (line === undefined) return undefined;
        const range = new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
        return { uri: samplesFile, range };
      },
    };
  }
  const byName = new Map<string, Place[]>();
  const lists = await vscode.workspace.findFiles(
    new vscode.RelativePattern(dataset.folder, '**/*.{txt,lst,list}'),
    undefined,
    mostLists,
  );
  for (const uri of lists) {
    const lines = ((await readTextOf(uri)) ?? '').split(/\r?\n/);
    for (const [line, text] of lines.entries()) {
      for (const { path, start, end } of pathsOnLine(text, line)) {
        const name = path.slice(path.lastIndexOf('/') + 1);
        const place = { uri, range: new vscode.Range(line, start, line, end) };
        byName.set(name, [...(byName.get(name) ?? []), place]);
      }
    }
  }
  return {
    of({ path }) {
      const uri = vscode.Uri.joinPath(root, path);
      return byName.get(baseNameOf(uri))?.[0] ?? { uri, range: new vscode.Range(0, 0, 0, 0) };
    },
  };
}
