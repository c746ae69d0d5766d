import type { DatasetSample } from '@groundglass/core';
import { isGuessed } from '../manifest/is-guessed.js';
import { namedPatient } from '../manifest/named-patient.js';
import { counted } from '../text/counted.js';

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
          `The data does not state the split of ${counted(splits, 'picture')}: Groundglass drew it. It is not a published split, and a model may have been trained on these pictures.`,
        ]),
    ...(patients === 0
      ? []
      : [
          `The data does not name the patient of ${counted(patients, 'picture')}: it is guessed from the path.`,
        ]),
    ...(alone === 0
      ? []
      : [
          `For the drawn split, ${counted(alone, 'picture')} of unknown patients counted as one patient each: one patient may be in two splits.`,
        ]),
  ];
}
