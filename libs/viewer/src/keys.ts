import type { ViewActions, ViewModel } from './view-model.js';
import { windowChoices } from './window-choice.js';

type Command = (model: ViewModel, actions: ViewActions) => void;

const panStep = 40;
const shareStep = 0.05;
const clampShare = (share: number) => Math.min(1, Math.max(0, Math.round(share * 100) / 100));

const go =
  (slices: number): Command =>
  ({ view }, { goTo }) => {
    goTo(view.slice + slices);
  };
const preset =
  (at: number): Command =>
  ({ volume }, { setWindow }) => {
    const choice = volume && windowChoices(volume)[at];
    if (choice) setWindow(choice.window);
  };
const opacity =
  (step: number): Command =>
  ({ view }, { change }) => {
    change({ maskOpacity: clampShare(view.maskOpacity + step) });
  };
const threshold =
  (step: number): Command =>
  ({ view }, { change }) => {
    change({ maskThreshold: clampShare(view.maskThreshold + step) });
  };

/** Commands by `KeyboardEvent.key`; letters in lower case. */
const commands: Readonly<Record<string, Command>> = {
  ArrowUp: go(-1),
  ArrowLeft: go(-1),
  ArrowDown: go(1),
  ArrowRight: go(1),
  PageUp: go(-10),
  PageDown: go(10),
  Home: (_, { goTo }) => {
    goTo(0);
  },
  End: ({ volume }, { goTo }) => {
    goTo((volume?.sliceCount ?? 1) - 1);
  },
  '1': preset(0),
  '2': preset(1),
  '3': preset(2),
  '4': preset(3),
  '+': (_, { zoomBy }) => {
    zoomBy(1.25);
  },
  '=': (_, { zoomBy }) => {
    zoomBy(1.25);
  },
  '-': (_, { zoomBy }) => {
    zoomBy(1 / 1.25);
  },
  f: (_, { change }) => {
    change({ zoom: 'fit', centre: undefined });
  },
  o: (_, { change }) => {
    change({ zoom: 1 });
  },
  m: ({ view }, { change }) => {
    change({ maskVisible: !view.maskVisible });
  },
  c: ({ view }, { change }) => {
    change({ maskStyle: view.maskStyle === 'fill' ? 'contour' : 'fill' });
  },
  g: ({ view }, { change }) => {
    change({ comparison: !view.comparison });
  },
  l: ({ view }, { change }) => {
    change({ classes: !view.classes });
  },
  x: ({ view }, { change }) => {
    change({ planes: !view.planes });
  },
  r: (_, { change }) => {
    change({ tool: 'ruler' });
  },
  e: (_, { change }) => {
    change({ tool: 'roi' });
  },
  v: (_, { change }) => {
    change({ tool: 'pan' });
  },
  Delete: ({ view }, { change }) => {
    const last = view.measurements.findLast(({ slice }) => slice === view.slice);
    change({ measurements: view.measurements.filter((each) => each !== last) });
  },
  '[': opacity(-shareStep),
  ']': opacity(shareStep),
  '<': threshold(-shareStep),
  '>': threshold(shareStep),
  i: ({ view }, { change }) => {
    change({ inverted: !view.inverted });
  },
  n: ({ view }, { change }) => {
    change({ interpolation: view.interpolation === 'linear' ? 'nearest' : 'linear' });
  },
  b: ({ view }, { change }) => {
    change({ panelOpen: !view.panelOpen });
  },
  p: (_, { predict }) => {
    predict();
  },
  '?': (_, { toggleHelp }) => {
    toggleHelp();
  },
  Escape: ({ helpOpen }, { cancel, toggleHelp }) => {
    if (helpOpen) toggleHelp(false);
    else cancel();
  },
};

const pans: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, panStep],
  ArrowDown: [0, -panStep],
  ArrowLeft: [panStep, 0],
  ArrowRight: [-panStep, 0],
};

/** The keys that sliders and lists need for themselves. */
const navigation = /^(Arrow|Page|Home$|End$)/;

/**
 * Runs the command of a key.
 *
 * @returns whether the key was used, so that the page's default action (scrolling) must be prevented.
 */
export function runKey(event: KeyboardEvent, model: ViewModel, actions: ViewActions): boolean {
  // Keys with Ctrl, Alt or Meta belong to the browser or the surrounding editor.
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  const target = event.composedPath()[0];
  if (isTyping(target)) return false;
  if (navigation.test(event.key) && isRange(target)) return false;
  const pan = event.shiftKey ? pans[event.key] : undefined;
  if (pan) {
    actions.pan(...pan);
    return true;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = Object.hasOwn(commands, key) ? commands[key] : undefined;
  if (!command) return false;
  // An open dialog covers the picture: only the keys that close it still work.
  if (model.helpOpen && key !== 'Escape' && key !== '?') return false;
  command(model, actions);
  return true;
}

function isTyping(target: EventTarget | undefined): boolean {
  return target instanceof HTMLInputElement && ['text', 'search', 'number'].includes(target.type);
}

function isRange(target: EventTarget | undefined): boolean {
  return (
    target instanceof HTMLElement &&
    (target.matches('input[type=range]') || target.classList.contains('metadata-scroll'))
  );
}
