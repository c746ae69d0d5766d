import { expect, test } from 'vitest';
import { defaultWindow, dragWindow, windowChoices } from './window-choice.js';

test('Hounsfield units offer lung, mediastinum, bone and the window of the file', () => {
  const choices = windowChoices({ unit: 'HU', windows: [{ center: 50, width: 350 }] });
  expect(choices.map(({ key }) => key)).toEqual(['lung', 'mediastinum', 'bone', 'fromFile']);
  expect(choices[3]!.window).toEqual({ center: 50, width: 350 });
});

test('grey pictures offer only their full range, since presets in Hounsfield units mean nothing on them', () => {
  const window = { center: 0.5, width: 1 };
  expect(windowChoices({ unit: 'grey', windows: [window] })).toEqual([
    { key: 'fullRange', window },
  ]);
  expect(defaultWindow({ unit: 'grey', windows: [] })).toEqual(window);
});

test('dragging right widens the window, and dragging up lowers its centre: the picture gets brighter', () => {
  // 50 CSS pixels at width 1000: a step is 2 HU per pixel
  expect(dragWindow({ center: 0, width: 1000 }, 50, 0, 'HU')).toEqual({ center: 0, width: 1100 });
  expect(dragWindow({ center: 0, width: 1000 }, 0, -50, 'HU')).toEqual({
    center: -100,
    width: 1000,
  });
});

test('a window never becomes narrower than one Hounsfield unit', () => {
  expect(dragWindow({ center: 0, width: 100 }, -9999, 0, 'HU').width).toBe(1);
});
