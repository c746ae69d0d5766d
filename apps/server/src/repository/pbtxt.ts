import { CtError } from '@groundglass/core';

/** A value of protobuf text format before its schema is known: an enum's name is told from a string by its class. */
export type PbValue = string | number | boolean | Identifier | PbMessage;

/** A field may come several times, so each name has a list; `[a, b]` adds its elements one by one. */
export interface PbMessage {
  readonly fields: Readonly<Record<string, readonly PbValue[]>>;
}

/** A bare word, such as an enum's value. */
export class Identifier {
  constructor(readonly name: string) {}
}

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly line: number;
}

const tokenPattern =
  /\s+|#[^\n]*|(?<word>[A-Za-z_][\w.]*)|(?<number>[-+]?(?:0[xX][\dA-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)f?)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<symbol>[{}[\]<>:,;])/y;

/** Nesting deeper than any field of model_config.proto needs. */
const maximumDepth = 16;

/**
 * Reads protobuf text format (https://protobuf.dev/reference/protobuf/textformat-spec/) as `config.pbtxt` uses it:
 * scalars, adjacent strings, enums, messages in braces or angle brackets, lists, comments. Not read: extensions, `Any`,
 * and octal or hexadecimal escapes.
 *
 * @throws {CtError} `CT_MODEL_INVALID` with the line and what stands there.
 */
export function parsePbtxt(text: string): PbMessage {
  return new Parser(tokenize(text)).message('end', 0);
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const pattern = new RegExp(tokenPattern);
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw unexpected(line, JSON.stringify(text[start]));
    for (const kind of ['word', 'number', 'string', 'symbol'] as const) {
      const found = match.groups?.[kind];
      if (found !== undefined) tokens.push({ kind, text: found, line });
    }
    line += match[0].split('\n').length - 1;
  }
  tokens.push({ kind: 'end', text: 'the end', line });
  return tokens;
}

class Parser {
  #position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  message(close: string, depth: number): PbMessage {
    if (depth > maximumDepth) {
      throw unexpected(this.#peek().line, `messages nested deeper than ${maximumDepth}`);
    }
    const fields = new Map<string, PbValue[]>();
    for (;;) {
      const name = this.#next();
      if (name.text === close || (close === 'end' && name.kind === 'end')) break;
      if (name.kind !== 'word') throw unexpected(name.line, name.text);
      const values = fields.get(name.text) ?? [];
      fields.set(name.text, values);
      values.push(...this.#field(depth));
      if (this.#peek().text === ',' || this.#peek().text === ';') this.#next();
    }
    return { fields: Object.fromEntries(fields) };
  }

  #field(depth: number): PbValue[] {
    const colon = this.#peek().text === ':';
    if (colon) this.#next();
    if (this.#peek().text === '[') {
      this.#next();
      return this.#list(depth);
    }
    const start = this.#peek();
    if (!colon && start.text !== '{' && start.text !== '<')
      throw unexpected(start.line, start.text);
    return [this.#value(depth)];
  }

  #list(depth: number): PbValue[] {
    const values: PbValue[] = [];
    while (this.#peek().text !== ']') {
      values.push(this.#value(depth));
      const { text, line } = this.#peek();
      if (text === ',') this.#next();
      else if (text !== ']') throw unexpected(line, text);
    }
    this.#next();
    return values;
  }

  #value(depth: number): PbValue {
    const token = this.#next();
    if (token.text === '{') return this.message('}', depth + 1);
    if (token.text === '<') return this.message('>', depth + 1);
    if (token.kind === 'number') return Number(token.text.replace(/(?<!0[xX].*)f$/, ''));
    if (token.kind === 'string') return this.#string(token);
    if (token.kind !== 'word') throw unexpected(token.line, token.text);
    if (token.text === 'true') return true;
    if (token.text === 'false') return false;
    return new Identifier(token.text);
  }

  #string(first: Token): string {
    let text = unquote(first);
    while (this.#peek().kind === 'string') text += unquote(this.#next());
    return text;
  }

  #peek(): Token {
    return this.tokens[this.#position]!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#position++;
    return token;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unquote({ text }: Token): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
}

function unexpected(line: number, got: string): CtError {
  return new CtError(
    'CT_MODEL_INVALID',
    `config.pbtxt, line ${line}: expected protobuf text format, got ${got}`,
  );
}
