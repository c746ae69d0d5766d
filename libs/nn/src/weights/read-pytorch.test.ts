import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isPyTorch, readPyTorch } from './read-pytorch.js';

/** Written by PyTorch itself: fixtures/make-pytorch.py. */
const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));

/** 0, 1, … 11, over 8, minus a half: exact in every type. */
const values = Array.from({ length: 12 }, (_, i) => i / 8 - 0.5);
const expected = {
  weight: { shape: [3, 4], data: values },
  turned: {
    shape: [4, 3],
    data: [0, 1, 2, 3].flatMap((column) => [0, 4, 8].map((row) => values[row + column])),
  },
  part: { shape: [2, 2], data: [values[6], values[7], values[10], values[11]] },
  half: { shape: [3, 4], data: values },
  brain: { shape: [3, 4], data: values },
  double: { shape: [3, 4], data: values },
  scalar: { shape: [], data: [2.5] },
  empty: { shape: [0, 4], data: [] },
  parameter: { shape: [2], data: [-1.25, -1.25] },
};

const asPlain = (bytes: Uint8Array) =>
  Object.fromEntries(
    [...readPyTorch(bytes)].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
  );

describe('readPyTorch', () => {
  test('reads what torch.save writes, views and all types of floats', () => {
    expect(isPyTorch(fixture('state-dict.pth'))).toBe(true);
    expect(asPlain(fixture('state-dict.pth'))).toEqual(expected);
  });

  test('reads the format from before PyTorch 1.6', () => {
    expect(isPyTorch(fixture('state-dict-2018.pth'))).toBe(true);
    expect(asPlain(fixture('state-dict-2018.pth'))).toEqual(expected);
  });

  test('finds the state_dict in a checkpoint, without the names of DataParallel', () => {
    expect(asPlain(fixture('checkpoint.pth'))).toEqual(expected);
  });

  test('runs nothing that a pickle asks for, and says what it is', () => {
    expect(() => readPyTorch(fixture('calls.pth'))).toThrow('asks to call posix.system');
    expect(existsSync('was-run')).toBe(false);
    expect(() => readPyTorch(fixture('module.pth'))).toThrow('save model.state_dict()');
  });

  test.each(['state-dict.pth', 'state-dict-2018.pth'])(
    'refuses %s truncated anywhere, with a message, and never returns part of it',
    (name) => {
      const bytes = fixture(name);
      for (let length = 4; length < bytes.length; length += 7)
        expect(() => readPyTorch(bytes.subarray(0, length))).toThrow(/^(Expected|"data)/);
    },
  );

  test('reserves no more than the file holds', () => {
    // The shape of "weight", (3, 4) as BININT1 3, BININT1 4, TUPLE2, becomes (255, 255).
    const bytes = fixture('state-dict-2018.pth').slice();
    const shape = bytes.findIndex(
      (byte, i) =>
        byte === 0x4b && bytes[i + 1] === 3 && bytes[i + 2] === 0x4b && bytes[i + 3] === 4,
    );
    bytes[shape + 1] = bytes[shape + 3] = 255;
    expect(() => readPyTorch(bytes)).toThrow('Expected 65025 values of "weight"');
  });
});
