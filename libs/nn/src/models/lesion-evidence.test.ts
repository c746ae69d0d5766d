import { expect, test } from 'vitest';
import { lesionEvidence } from './lesion-evidence.js';

test('lesion evidence is the logarithm of the lesion share, an unsure pixel counting partially', () => {
  // 1, 1/2 and twice 0 of four pixels.
  expect(lesionEvidence(Float32Array.of(0.9, 0.5, 0.3, 0))).toBeCloseTo(
    Math.log(1.5 / 4 + 0.002),
    6,
  );
  expect(lesionEvidence(new Float32Array(4))).toBeCloseTo(Math.log(0.002), 9);
});
