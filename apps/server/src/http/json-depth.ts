import { CtError } from '@groundglass/core';

/** Maximum nesting depth of arrays and objects in a request. */
const maximumJsonDepth = 100;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses JSON of bounded nesting. Checks before parsing, since both parser and consumers recurse.
 *
 * @throws {CtError} `CT_BAD_REQUEST` for nesting deeper than 100, bytes that are not UTF-8, or text that is not JSON.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  assertDepth(bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw new CtError('CT_BAD_REQUEST', 'Expected JSON, the text cannot be parsed', { cause });
  }
}

function assertDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) {
      inString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maximumJsonDepth) {
        throw new CtError(
          'CT_BAD_REQUEST',
          `Expected JSON nested at most ${maximumJsonDepth} deep, got deeper`,
        );
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    }
  }
}
