import type { ViewerStrings } from '../strings.js';
import type { Part, SaveKind, ViewActions } from '../view-model.js';
import { isWithheld, scoredSlices } from '../viewer-volume.js';
import { section } from './controls.js';
import { make, setText, show } from './dom.js';

/** Buttons that write the view or the model's mask to a file. */
export function createSavePanel(strings: ViewerStrings, actions: ViewActions): Part {
  const kinds: readonly (readonly [SaveKind, string])[] = [
    ['view', strings.saveView],
    ['mask-png', strings.saveMaskPng],
    ['mask-nifti', strings.saveMaskNifti],
    ['mask-seg', strings.saveMaskSeg],
  ];
  const buttons = kinds.map(([kind, name]) =>
    make(
      'button',
      {
        class: 'button secondary',
        attributes: { type: 'button', 'data-kind': kind },
        on: {
          click: () => {
            actions.save(kind);
          },
        },
      },
      name,
    ),
  );
  const note = make('p', { class: 'note' });
  return {
    element: section(strings.save, make('div', { class: 'save-buttons' }, ...buttons), note),
    update({ slice, mask, prediction }) {
      const hasMasks =
        !isWithheld(prediction) && scoredSlices(prediction).some((each) => each.mask !== undefined);
      // In a file, slices that are not scored yet would look like slices without a lesion.
      const isWhole = hasMasks && prediction.kind === 'done';
      for (const [at, [kind]] of kinds.entries()) {
        buttons[at]!.disabled =
          kind === 'view' ? !slice : kind === 'mask-png' ? mask === undefined : !isWhole;
      }
      show(note, !isWhole);
      setText(
        note,
        isWithheld(prediction)
          ? strings.maskWithheld
          : hasMasks
            ? strings.saveNotDone
            : strings.saveNoMask,
      );
    },
  };
}
