import { expect, test } from 'vitest';
import { defaultViewState, parseViewState, type ViewState } from './view-state.js';

test('a state survives a round trip through JSON', () => {
  const state: ViewState = {
    slice: 12,
    window: { center: 40, width: 400, name: 'Mediastinum' },
    zoom: 2.5,
    centre: [10, 20.5],
    interpolation: 'nearest',
    inverted: true,
    tool: 'window',
    maskVisible: false,
    maskStyle: 'contour',
    maskOpacity: 0.2,
    maskThreshold: 0.7,
    comparison: false,
    classes: false,
    colours: false,
    planes: true,
    cross: [3, 4],
    measurements: [{ id: 1, kind: 'ruler', slice: 12, from: [0, 0.5], to: [3, 4] }],
    identifiersHidden: false,
    panelOpen: false,
  };
  expect(parseViewState(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

test('a state of another version keeps valid fields and takes defaults for the rest', () => {
  const parsed = parseViewState({
    slice: 3,
    zoom: -1,
    window: { center: 0, width: 0 },
    maskOpacity: 7,
    tool: 'draw',
  });
  expect(parsed).toEqual({ ...defaultViewState, slice: 3 });
});

test('patient identifiers are hidden unless the user has shown them', () => {
  expect(parseViewState(null).identifiersHidden).toBe(true);
  expect(parseViewState({ identifiersHidden: 'no' }).identifiersHidden).toBe(true);
});
