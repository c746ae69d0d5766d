import { findingSchema, type Finding } from '@groundglass/core';
import type { ImportProblem } from '../import/import-report.js';

/** The text of `NAME.audit.jsonl`, one finding per row. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map((finding) => `${JSON.stringify(findingSchema.parse(finding))}\n`).join('');
}

/** Reads the text of `NAME.audit.jsonl`; bad rows are problems and the others are kept. */
export function parseFindings(
  text: string,
  file = 'findings',
): { findings: Finding[]; problems: ImportProblem[] } {
  const findings: Finding[] = [];
  const problems: ImportProblem[] = [];
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      problems.push({ file, row: i + 1, message: 'Expected one JSON object on the line' });
      continue;
    }
    const parsed = findingSchema.safeParse(json);
    if (parsed.success) findings.push(parsed.data);
    else {
      const issue = parsed.error.issues[0];
      problems.push({
        file,
        row: i + 1,
        message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      });
    }
  }
  return { findings, problems };
}
