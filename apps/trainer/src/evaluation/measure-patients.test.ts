import { expect, test } from 'vitest';
import { measurePatients, patientsCsv, scorePatients } from './measure-patients.js';

const picture = (patient: string, target: 0 | 1, probability: number, source = 's') => ({
  sample: { source, patient, target },
  probability,
});

const scores = [
  picture('case-xa', 1, 0.9),
  picture('case-xa', 1, 0.3),
  picture('case-xb', 1, 0.4),
  picture('case-xc', 0, 0.5),
  picture('case-xd', 0, 0.1),
  picture('case-xd', 0, 0.2),
];

test('a patient has the mean and the largest probability of its pictures', () => {
  expect(scorePatients(scores)[0]).toMatchObject({
    patient: 'case-xa',
    target: 1,
    pictures: 2,
    positives: 2,
    max: 0.9,
  });
  expect(scorePatients(scores)[0]!.mean).toBeCloseTo(0.6, 12);
});

test('AUC of patients counts each once', () => {
  // Means: 0.6 and 0.4 against 0.5 and 0.15: 3 of 4 pairs. Largest: 0.9 and 0.4 against 0.5 and 0.2: 3 of 4.
  const measured = measurePatients(scores)!;
  expect(measured).toMatchObject({ patients: 4, positives: 2, mixed: 0 });
  expect(measured.mean.value).toBe(0.75);
  expect(measured.max.value).toBe(0.75);
  expect(measured.mean.interval).toBe('patient bootstrap');
});

test('a patient with pictures of both labels is positive and counted as mixed', () => {
  const measured = measurePatients([
    ...scores,
    picture('case-xc', 1, 0.5),
    picture('case-xe', 0, 0.1),
  ])!;
  expect(measured).toMatchObject({ patients: 5, positives: 3, mixed: 1 });
});

test('patients with one picture each are not measured a second time', () => {
  expect(measurePatients(scores.filter((_, i) => [0, 2, 3, 4].includes(i)))).toBeUndefined();
});

test('the same patient number in two sources is two patients', () => {
  expect(scorePatients([picture('7', 1, 0.5, 'a'), picture('7', 0, 0.5, 'b')])).toHaveLength(2);
});

test('CSV quotes a name with a comma', () => {
  const text = patientsCsv([{ name: 'A, B', patients: scorePatients(scores.slice(2, 3)) }]);
  expect(text).toBe(
    'dataset,source,patient,positive,pictures,positive_pictures,mean,max\n"A, B",s,case-xb,1,1,1,0.4,0.4\n',
  );
});
