import { expect, test } from 'vitest';
import { listedPictures } from './listed-pictures.js';

test('a line of a list or table is one picture, without the mask after it', () => {
  expect(listedPictures('a 1.png\r\n\r\nb.png m.png\nsee notes', 'list.txt')).toEqual([
    'a 1.png',
    'b.png',
  ]);
  expect(listedPictures('path,mask\na.png,m.png\nb.png,n.png', 't.csv')).toEqual([
    'a.png',
    'b.png',
  ]);
});

test('a row of JSON Lines is its picture, wherever its mask is', () => {
  const text = '{"mask": "m.png", "path": "a.png"}\n{"path": "b.png"}\n{"path": "half.p';
  expect(listedPictures(text, 'samples.jsonl')).toEqual(['a.png', 'b.png']);
});

test.each([
  ['names on one line', '["a.png","b b.dcm"]', ['a.png', 'b b.dcm']],
  ['a data list', '{"training":[{"image":"a.nii.gz","label":"s.nii.gz"}]}', ['a.nii.gz']],
  ['labels by name', '{"a.png": 0, "b.png": {"mask": "m.png"}}', ['a.png', 'b.png']],
  [
    'records',
    '{"images":[{"id":1,"file_name":"a.jpg"},{"file_name":"b.jpg"}]}',
    ['a.jpg', 'b.jpg'],
  ],
  ['masks alone', '{"masks": ["m.png"]}', ['m.png']],
  ['masks in a list of their own', '{"images": ["a.png"], "masks": ["m.png"]}', ['a.png']],
  ['comments', '// list\n{"files": ["a.png",\n"b.png"]}', ['a.png', 'b.png']],
  ['nothing', '{"name": "package"}', []],
])('JSON with %s', (_, text, expected) => {
  expect(listedPictures(text, 'list.json')).toEqual(expected);
});

test('a megabyte of JSON on one line is read', () => {
  const names = Array.from({ length: 50_000 }, (_, at) => `images/scan-${at}.png`);
  expect(listedPictures(JSON.stringify(names), 'all.json')).toEqual(names);
});

test('YAML: items, keys and flow lists, without masks and comments', () => {
  const text = [
    ...['train:', '  - scan 1.png', '  - image: b.png', '    mask: b_m.png', '# - old.png'],
    ...['test: ["d d.png", c.png]', 'label_map: seg.png', 'maskPath: m.png'],
  ].join('\n');
  expect(listedPictures(text, 'split.yaml')).toEqual(['scan 1.png', 'b.png', 'd d.png', 'c.png']);
});

test.each([
  ['anchors', 'all: &all [a.png]\ntest: *all', ['a.png', 'a.png']],
  ['several documents', '- a.png\n---\n- b.png', ['a.png', 'b.png']],
  ['a text over two lines', '- "a\n  b.png"\n- c#1.png', ['a b.png', 'c#1.png']],
  ['a comment behind', '- a.png # not old.png', ['a.png']],
  ['escapes', "- \"a\\tb.png\"\n- 'it''s.png'", ['a\tb.png', "it's.png"]],
  ['an error: line by line', 'train: [a.png\n  - b 1.png\n}', ['a.png', 'b 1.png']],
])('YAML with %s', (_, text, expected) => {
  expect(listedPictures(text, 'split.yml')).toEqual(expected);
});

test('YAML whose aliases would exhaust memory is read line by line', () => {
  const bomb = Array.from({ length: 30 }, (_, at) => {
    const before = at === 0 ? 'a.png' : Array.from({ length: 10 }, () => `*n${at - 1}`).join(', ');
    return `n${at}: &n${at} [${before}]`;
  });
  expect(listedPictures(bomb.join('\n'), 'bomb.yaml')).toEqual(['a.png']);
});

test('Python: the paths in its strings', () => {
  const text = "FILES = ['a.png', 'b 2.png']\n# 'c.png'\nmask = 'm.png'\nx = open('d.dcm')\n";
  expect(listedPictures(text, 'data.py')).toEqual(['a.png', 'b 2.png', 'd.dcm']);
});
