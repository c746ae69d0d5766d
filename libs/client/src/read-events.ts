import { readLines } from './read-lines.js';

/** Server-sent events of an answer with one line of data each; comments that only keep the connection open are left out. */
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
