import { expect, test } from 'vitest';
import { pathsOnLine } from './list-paths.js';

const paths = (text: string) => pathsOnLine(text, 0).map(({ path }) => path);

test.each([
  ['2020.02.10.20021584-p6-52%0.png', ['2020.02.10.20021584-p6-52%0.png']],
  ['  a b (1).png  ', ['a b (1).png']],
  ['a.png a_mask.png', ['a.png', 'a_mask.png']],
  ['images/a.png,covid,p1', ['images/a.png']],
  ['a.png\tb.jpg', ['a.png', 'b.jpg']],
  ['{"path": "CT/a b.png", "mask": "m.png"}', ['CT/a b.png', 'm.png']],
  ["img = Image.open('data/x.PNG')  # see y.txt", ['data/x.PNG']],
  ['- path: series/001.dcm', ['series/001.dcm']],
  ['volume.nii.gz covid', ['volume.nii.gz']],
  ['a.png.txt', []],
  ['nothing here', []],
  [`"${'x'.repeat(30_000)}.png"`, []],
])('%s', (text, expected) => {
  expect(paths(text)).toEqual(expected);
});

test.each([
  ['- my scan 1.png', 'my scan 1.png'],
  ['  - image: a b/c.png  # the first', 'a b/c.png'],
  ['image: "a b.png"', 'a b.png'],
])('YAML needs no quotes: %s', (text, expected) => {
  const [found] = pathsOnLine(text, 0, true);
  expect(found!.path).toBe(expected);
  expect(text.slice(found!.start, found!.end)).toBe(expected);
});

test('a path has its position', () => {
  expect(pathsOnLine('x, "a.png"', 7)).toEqual([{ path: 'a.png', line: 7, start: 4, end: 9 }]);
});
