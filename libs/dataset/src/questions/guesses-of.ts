import type { DatasetSample } from '@groundglass/core';
import { isGuessed } from '../manifest/is-guessed.js';
import { namedPatient } from '../manifest/named-patient.js';

/** Sentences about values of some samples that are not from the dataset; none if split and patient are in writing. */
export function guessesOf(samples: readonly DatasetSample[]): string[] {
  const count = (isOne: (sample: DatasetSample) => boolean) => samples.filter(isOne).length;
  const isDrawn = (each: DatasetSample) => isGuessed(each, 'split');
  const splits = count(isDrawn);
  const patients = count((each) => isGuessed(each, 'patient'));
  const alone = count((each) => isDrawn(each) && namedPatient(each) === null);
  return [
    ...(splits === 0
      ? []
      : [
          `Nothing names the split of ${pictures(splits)}: Groundglass drew it. It is no published split, and a model may have been trained on these pictures.`,
        ]),
    ...(patients === 0
      ? []
      : [`Nothing names the patient of ${pictures(patients)}: it is guessed from the path.`]),
    ...(alone === 0
      ? []
      : [
          `For the drawn split ${pictures(alone)} of unknown patients counted as a patient each: one patient may stand in two splits.`,
        ]),
  ];
}

function pictures(count: number): string {
  return `${count} picture${count === 1 ? '' : 's'}`;
}
