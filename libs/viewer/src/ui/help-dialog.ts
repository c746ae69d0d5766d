import type { ViewerStrings } from '../strings.js';
import type { Part, ViewActions } from '../view-model.js';
import { iconButton } from './controls.js';
import { make } from './dom.js';

/** All keys and gestures. */
export function createHelpDialog(strings: ViewerStrings, actions: ViewActions): Part {
  const keys: [string, string][] = [
    ['↑ ↓', strings.keySlices],
    ['Page Up, Page Down', strings.keyTenSlices],
    ['Home, End', strings.keyEnds],
    ['1 2 3 4', strings.keyPresets],
    ['+ −', strings.keyZoom],
    ['F', strings.keyFit],
    ['O', strings.keyOneToOne],
    ['Shift + ← ↑ → ↓', strings.keyPan],
    ['M', strings.keyMask],
    ['C', strings.keyContour],
    ['G', strings.keyTruth],
    ['L', strings.keyClasses],
    ['X', strings.keyPlanes],
    ['R, E', strings.keyMeasure],
    ['V', strings.keyPanTool],
    ['Del', strings.keyRemove],
    ['Ctrl + C', strings.keyCopy],
    ['[ ]', strings.keyOpacity],
    ['< >', strings.keyThreshold],
    ['P', strings.keyPredict],
    ['Esc', strings.keyCancel],
    ['I', strings.keyInvert],
    ['N', strings.keySmooth],
    ['B', strings.keyPanel],
    ['?', strings.keyHelp],
  ];
  const gestures: [string, string][] = [
    [strings.wheel, strings.mouseSlices],
    [strings.ctrlWheel, strings.mouseZoom],
    [strings.rightDrag, strings.mouseWindow],
    [strings.drag, strings.mousePan],
    [strings.doubleClick, strings.mouseFit],
  ];
  const dialog = make(
    'dialog',
    {
      class: 'help',
      attributes: { 'aria-label': strings.help },
      on: {
        close: () => {
          actions.toggleHelp(false);
        },
        // A click on the backdrop lands on the dialog itself.
        click: (event) => {
          if (event.target === dialog) actions.toggleHelp(false);
        },
      },
    },
    make(
      'div',
      { class: 'help-body' },
      make(
        'header',
        {},
        make('h2', {}, strings.help),
        iconButton('close', strings.close, () => {
          actions.toggleHelp(false);
        }),
      ),
      listOf(keys),
      make('h3', {}, strings.mouse),
      listOf(gestures),
    ),
  );
  return {
    element: dialog,
    update({ helpOpen }) {
      if (helpOpen && !dialog.open) dialog.showModal();
      else if (!helpOpen && dialog.open) dialog.close();
    },
  };
}

function listOf(rows: readonly (readonly [string, string])[]): HTMLElement {
  return make(
    'dl',
    {},
    ...rows.map(([key, meaning]) =>
      make('div', {}, make('dt', {}, make('kbd', {}, key)), make('dd', {}, meaning)),
    ),
  );
}
