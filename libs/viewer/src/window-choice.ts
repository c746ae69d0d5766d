import { windowPresets, type Window } from '@groundglass/core/browser';
import type { ViewerVolume } from './viewer-volume.js';

/** A window that the user can pick by name. */
export interface WindowChoice {
  readonly key: 'lung' | 'mediastinum' | 'bone' | 'fromFile' | 'fullRange';
  readonly window: Window;
}

/**
 * The available windows. Hounsfield presets mean nothing on grey values, so pictures and differences offer only their full range.
 */
export function windowChoices(
  volume: Pick<ViewerVolume, 'unit' | 'windows' | 'isDifference'>,
): WindowChoice[] {
  if (volume.unit === 'grey' || (volume.isDifference && volume.windows[0])) {
    return [{ key: 'fullRange', window: volume.windows[0] ?? { center: 0.5, width: 1 } }];
  }
  const { lung, mediastinum, bone } = windowPresets;
  const choices: WindowChoice[] = [
    { key: 'lung', window: lung },
    { key: 'mediastinum', window: mediastinum },
    { key: 'bone', window: bone },
  ];
  const fromFile = volume.windows[0];
  if (fromFile) choices.push({ key: 'fromFile', window: fromFile });
  return choices;
}

/** The window before the user picks one: the lung window for Hounsfield units, since lung lesions are the target. */
export function defaultWindow(
  volume: Pick<ViewerVolume, 'unit' | 'windows' | 'isDifference'>,
): Window {
  return windowChoices(volume)[0]!.window;
}

/** Whether two windows show the same picture. */
export function sameWindow(a: Window, b: Window): boolean {
  return a.center === b.center && a.width === b.width;
}

/**
 * The window after dragging by (dx, dy) CSS pixels: right is wider, down is a higher centre (a darker picture), as in Cornerstone's
 * window level tool; a drag of 500 pixels doubles the width.
 */
export function dragWindow(
  { center, width }: Window,
  dx: number,
  dy: number,
  unit: 'HU' | 'grey',
): Window {
  const least = unit === 'HU' ? 1 : 1 / 255;
  const step = Math.max(width, unit === 'HU' ? 100 : 0.1) / 500;
  const round = (value: number) =>
    unit === 'HU' ? Math.round(value) : Math.round(value * 1000) / 1000;
  return {
    center: round(center + dy * step),
    width: Math.max(least, round(width + dx * step)),
  };
}
