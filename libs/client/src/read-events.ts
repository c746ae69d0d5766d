import { readLines } from './read-lines.js';

/** Server-sent events of a response with one line of data each; skips comments that only keep the connection open. */
export async function* readEvents(
  response: Response,
): AsyncGenerator<{ name: string; data: string }, void, undefined> {
  let name = 'message';
  for await (const line of readLines(response)) {
    const [, field, value] = /^(\w+): ?(.*?)\r?$/.exec(line) ?? [];
    if (field === 'event' && value !== undefined) name = value;
    if (field === 'data' && value !== undefined) yield { name, data: value };
  }
}
