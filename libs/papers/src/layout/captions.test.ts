import { describe, expect, test } from 'vitest';
import { captionLabel } from './caption-label.js';
import { captionParts } from './caption-parts.js';
import { citingSentences } from './citing-sentences.js';
import { joinLines } from './join-lines.js';

describe('captionLabel', () => {
  test.each([
    ['Fig. 1 | PRISMA flowchart', { number: '1', delimiter: '|' }],
    ['Figure S2: CT', { number: 'S2', delimiter: ':' }],
    ['Supplementary Figure 3. CT', { number: '3', prefix: 'supplementary', delimiter: '.' }],
    ['Extended Data Fig. 4 CT', { number: '4', prefix: 'extended-data' }],
    ['Fig. Examples of images', { number: '', kind: 'figure' }],
    ['Table 2. Results', { kind: 'table', number: '2' }],
    ['FIG. 12—Axial CT', { number: '12' }],
  ])('reads "%s"', (text, expected) => {
    expect(captionLabel(text)).toMatchObject(expected);
  });

  test('words that only begin like a label are none', () => {
    expect(captionLabel('figures of this kind')).toBeUndefined();
    expect(captionLabel('Figurative language')).toBeUndefined();
    expect(captionLabel('Images were read')).toBeUndefined();
  });
});

describe('captionParts', () => {
  const letters = (text: string): string[] =>
    captionParts(text).parts.map((part) => part.letters.join(''));

  test('letters in brackets before their words', () => {
    const { head, parts } = captionParts('Chest CT. (A) COVID-19; (B, C) controls.');
    expect(head).toBe('Chest CT.');
    expect(parts.map(({ letters, text }) => [letters.join(''), text])).toEqual([
      ['A', 'COVID-19'],
      ['BC', 'controls.'],
    ]);
  });

  test('letters behind their words', () => {
    expect(
      captionParts('Ground glass in the right lung (A) and consolidation in the left (B).').parts,
    ).toMatchObject([
      { letters: ['A'], text: 'Ground glass in the right lung' },
      { letters: ['B'], text: 'consolidation in the left' },
    ]);
  });

  test('ranges, bare letters and places', () => {
    expect(letters('(A–D) Slices of one patient. (E) Control.')).toEqual(['ABCD', 'E']);
    expect(letters('Examples of images: a – CT-0, b – CT-1, c – CT-2')).toEqual(['A', 'B', 'C']);
    expect(letters('COVID-19 (left) vs CP. Source: CNCB')).toEqual(['LEFT', 'RIGHT']);
  });

  test('an abbreviation in brackets is no part', () => {
    expect(captionParts('Computed tomography (CT) of a patient (P) with fever.').parts).toEqual([]);
  });
});

test('hyphens at line ends go where a word was broken and stay in compounds', () => {
  expect(joinLines(['ground-glass opac-', 'ities in COVID-', '19 and a follow-', 'up scan'])).toBe(
    'ground-glass opacities in COVID-19 and a follow-up scan',
  );
});

test('the sentences that cite a figure name its panels', () => {
  const text =
    'CT was done (Fig. 1). The lesions grew (Fig. 2B) in two days. See Figures 1 and 2. Fig. 12 is another.';
  expect(citingSentences(text, '2')).toEqual([
    { text: 'The lesions grew (Fig. 2B) in two days.', letters: ['B'] },
    { text: 'See Figures 1 and 2.', letters: [] },
  ]);
});
