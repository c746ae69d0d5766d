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
    ['eFigure 2. CT of a man', { number: '2', prefix: 'supplementary', delimiter: '.' }],
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

  test('letters after their words', () => {
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

  test('letters as the subject of a sentence', () => {
    expect(
      captionParts(
        'Course of a patient: A and B were made on day 2; C was made on day 7 and D is of day 15.',
      ).parts,
    ).toMatchObject([
      { letters: ['A', 'B'], text: 'were made on day 2' },
      { letters: ['C'], text: 'was made on day 7' },
      { letters: ['D'], text: 'is of day 15.' },
    ]);
    expect(letters('Panel A depicts a man of 21, and panel B depicts a man of 33.')).toEqual([
      'A',
      'B',
    ]);
    expect(letters('Influenza A was found; hepatitis B was not.')).toEqual([]);
  });

  test('letters in the middle of what they name', () => {
    expect(
      captionParts(
        'Chest CT of a man, with opacities (a and b) on day 1 of illness, and consolidation (c and d) on day 5, and bands (e, f) on day 7.',
      ).parts,
    ).toMatchObject([
      { letters: ['A', 'B'], text: 'Chest CT of a man, with opacities on day 1 of illness' },
      { letters: ['C', 'D'], text: 'consolidation on day 5' },
      { letters: ['E', 'F'], text: 'bands on day 7.' },
    ]);
  });

  test('letters after the values of a list share the text around them', () => {
    const { head, parts } = captionParts(
      'CT of a man with COVID-19 on days 2 (a), 5 (b) and 9 (c) after onset.',
    );
    expect(head).toBe('CT of a man with COVID-19 on days after onset');
    expect(parts.map(({ text }) => text)).toEqual(['day 2', 'day 5', 'day 9']);
    expect(captionParts('Chest CT of mild (A) and severe (B) COVID-19.')).toMatchObject({
      head: 'Chest CT of COVID-19',
      parts: [{ text: 'mild' }, { text: 'severe' }],
    });
  });

  test('letters with the figure’s number, or with what marks the place', () => {
    expect(
      letters('Patches in the upper lobe (Figure 1A) and in the lower lobe (1B, red arrow).'),
    ).toEqual(['A', 'B']);
  });

  test('an abbreviation in brackets is no part', () => {
    expect(captionParts('Computed tomography (CT) of a patient (P) with fever.').parts).toEqual([]);
  });
});

test('hyphens at line ends are removed from broken words and kept in compounds', () => {
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

test('a supplementary figure and the figure of the same number are each cited by their own sentences', () => {
  const text =
    'The lesions grew (Fig. 2). They are shown in Supplementary Fig. 2B. Fig. S2 is large. See eFigure 2.';
  expect(citingSentences(text, '2').map((sentence) => sentence.text)).toEqual([
    'The lesions grew (Fig. 2).',
  ]);
  expect(citingSentences(text, 'S2')).toEqual([
    { text: 'They are shown in Supplementary Fig. 2B.', letters: ['B'] },
    { text: 'Fig. S2 is large.', letters: [] },
    { text: 'See eFigure 2.', letters: [] },
  ]);
});
