import { expect, test } from 'vitest';
import { gateFailures, type GateRow } from './accuracy-gate.js';

const limits = { aucDrop: 0.005, diceDrop: 0.01 };

function row(part: Partial<GateRow>): GateRow {
  return { dataset: 'd', pictures: 10, auc: [0.9, 0.9], dice: null, turned: 0, ...part };
}

test('a model that loses no more than the limits passes, and so does one that gains', () => {
  expect(gateFailures([row({ auc: [0.9, 0.8951], dice: [0.6, 0.5901] })], limits)).toEqual([]);
  expect(gateFailures([row({ auc: [0.9, 0.95], dice: [0.6, 0.7] })], limits)).toEqual([]);
});

test('each limit that a dataset exceeds is named', () => {
  const rows = [
    row({}),
    row({ dataset: 'mosmed', auc: [0.9, 0.894] }),
    row({ dataset: 'seg', auc: null, dice: [0.612, 0.6] }),
  ];
  expect(gateFailures(rows, limits)).toEqual([
    'AUC on mosmed falls from 0.900 to 0.894, more than 0.005',
    'Dice on seg falls from 0.612 to 0.600, more than 0.01',
  ]);
});

test('a gate without any AUC lets nothing pass', () => {
  const failure = 'no validation split has samples of both classes, so no AUC was compared';
  expect(gateFailures([], limits)).toEqual([failure]);
  expect(gateFailures([row({ auc: null, dice: [0.6, 0.6] })], limits)).toEqual([failure]);
});
