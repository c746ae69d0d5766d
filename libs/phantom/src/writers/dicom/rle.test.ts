import { expect, test } from 'vitest';
import { encodeRleFrame } from './rle.js';

/** The two segments of a frame, without the header of 64 bytes. */
function segments(frame: Uint8Array): [Uint8Array, Uint8Array] {
  const view = new DataView(frame.buffer);
  expect(view.getUint32(0, true)).toBe(2);
  const [first, second] = [view.getUint32(4, true), view.getUint32(8, true)];
  expect(first).toBe(64);
  return [frame.subarray(first, second), frame.subarray(second)];
}

test('a row of one value is a run for each byte, high bytes first', () => {
  const [high, low] = segments(encodeRleFrame(new Uint16Array(4).fill(0x0102), 4));
  // 257 - 4 = 253 repeats the next byte four times
  expect([...high]).toEqual([253, 0x01]);
  expect([...low]).toEqual([253, 0x02]);
});

test('a run of more than 128 is split, and so are more than 128 single bytes', () => {
  const [high, low] = segments(
    encodeRleFrame(
      Uint16Array.from({ length: 200 }, (_, i) => i),
      200,
    ),
  );
  // 128 zeros (257 - 128 = 129), then 72 zeros (257 - 72 = 185)
  expect([...high]).toEqual([129, 0, 185, 0]);
  // 128 literal bytes (127), then 72 (71); the 202 bytes are even already
  expect(low).toHaveLength(202);
  expect([low[0], low[1], low[128], low[129], low[130]]).toEqual([127, 0, 127, 71, 128]);
});

test('runs end with the row', () => {
  const [, low] = segments(encodeRleFrame(new Uint16Array(6).fill(7), 3));
  expect([...low]).toEqual([254, 7, 254, 7]);
});

test('two equal bytes stay among single ones, and a segment of odd length is padded', () => {
  const [, low] = segments(encodeRleFrame(Uint16Array.of(1, 2, 2, 3), 4));
  // four single bytes (3), and a zero to make five bytes six
  expect([...low]).toEqual([3, 1, 2, 2, 3, 0]);
});
