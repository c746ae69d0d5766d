import { expect, test } from 'vitest';
import { lossDifference, markdownTable } from './measured.js';

test('the difference of losses is the largest of all steps', () => {
  expect(lossDifference({ losses: [2, 1.5] }, { losses: [2.25, 1.5] })).toBe(0.25);
});

test('a NaN loss, or a missing step, gives an infinite difference', () => {
  expect(lossDifference({ losses: [2, NaN] }, { losses: [2, 1] })).toBe(Infinity);
  expect(lossDifference({ losses: [2] }, { losses: [2, 1] })).toBe(Infinity);
});

test('a provider without losses has no difference', () => {
  expect(lossDifference({ problem: 'no adapter' }, { losses: [2] })).toBe(null);
});

test('the table has images per second from the median step of 8 images, and every problem', () => {
  const table = markdownTable([
    { name: 'ONNX Runtime, cpu', device: 'EPYC', losses: [2], denseNetSeconds: [4, 2, 8] },
    { name: 'ONNX Runtime, cuda', problem: 'no provider' },
    { name: 'ONNX Runtime, webgpu', device: null, losses: [2.0625] },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| ONNX Runtime, cpu | EPYC | — | 2.00 |  |',
    '| ONNX Runtime, cuda | — | — | — | no provider |',
    '| ONNX Runtime, webgpu | — | 6.3e-2 | — |  |',
  ]);
});
