import { expect, test } from 'vitest';
import { defaultRule, readScoringRule } from './scoring-rule.js';

const read = (values: Record<string, string>) => readScoringRule((name) => values[name]);

test('a model without metadata is judged by the default rule', () => {
  expect(read({})).toEqual(defaultRule);
});

test('a slice threshold holds for volumes too, unless they have their own', () => {
  expect(read({ threshold: '0.4' })).toMatchObject({ threshold: 0.4, volumeThreshold: 0.4 });
  expect(read({ threshold: '0.4', volume_threshold: '0.7' }).volumeThreshold).toBe(0.7);
});

test('labels are the model’s own, the positive one second', () => {
  expect(read({ labels: 'healthy, ill' }).labels).toEqual(['healthy', 'ill']);
});

test('the part of the slice that the model sees is the one that it was trained on', () => {
  expect(read({ crop: 'chest' }).crop).toBe('chest');
});

test.each([
  { crop: 'lungs' },
  { threshold: 'high' },
  { threshold: '' },
  { volume_threshold: '1.5' },
  { aggregation: 'median' },
  { labels: 'one' },
  { labels: 'a,b,c' },
])('%j is refused as CT_MODEL_INVALID', (values) => {
  expect(() => read(values as Record<string, string>)).toThrow(
    expect.objectContaining({ code: 'CT_MODEL_INVALID' }) as Error,
  );
});
