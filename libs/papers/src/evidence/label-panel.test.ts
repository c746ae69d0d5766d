import { expect, test } from 'vitest';
import { labelPanel, type LabelVerdict } from './label-panel.js';
import { readMetadata } from './metadata.js';

const caption = (text: string, more: { title?: string; subCaption?: string } = {}): LabelVerdict =>
  labelPanel({
    subCaption: '',
    captionHead: text,
    caption: text,
    citing: [],
    title: '',
    abstract: '',
    ...more,
  });

test.each([
  ['Chest CT of a 35-year-old man with confirmed COVID-19.', 'positive'],
  ['CT images of a patient infected with SARS-CoV-2 pneumonia.', 'positive'],
  ['Axial CT of a case of 2019-nCoV infection on day 3.', 'positive'],
  ['CT of a healthy control.', 'negative'],
  ['CT of a patient with community-acquired pneumonia.', 'negative'],
  ['A patient with influenza A (H1N1).', 'negative'],
  ['CT of a non-COVID-19 patient.', 'negative'],
  ['CT of a patient in whom COVID-19 was ruled out.', 'negative'],
  ['A woman without COVID-19.', 'negative'],
  ['Chest CT of a patient with suspected COVID-19.', 'unsure'],
  ['CT of a patient with COVID-19, three months before the onset.', 'unsure'],
  [
    'CT of a patient with COVID-19 after full recovery shows lesions completely absorbed.',
    'unsure',
  ],
  ['Flow chart of the study.', 'unsure'],
  ['A patient with COVID-19 and one with influenza.', 'unsure'],
])('"%s" is %s', (text, label) => {
  expect(caption(text).label).toBe(label);
});

test('follow-up days do not change a patient’s label', () => {
  expect(
    caption('Follow-up CT of the patient with COVID-19 on day 18 shows partial absorption.').label,
  ).toBe('positive');
});

test('the part of the caption that names the panel overrides the caption', () => {
  expect(caption('COVID-19 and controls.', { subCaption: 'Common pneumonia' }).label).toBe(
    'negative',
  );
});

test('the title decides with low confidence, and never for negative', () => {
  const verdict = caption('Axial chest CT.', { title: 'CT features of COVID-19' });
  expect(verdict.label).toBe('positive');
  expect(verdict.confidence).toBeLessThan(0.9);
  expect(caption('Axial chest CT.', { title: 'CT of influenza' }).label).toBe('unsure');
});

test('evidence names the words, their position and the rule', () => {
  const [evidence] = caption('Chest CT of a patient with suspected COVID-19.').evidence;
  expect(evidence).toMatchObject({
    source: 'caption',
    text: 'COVID-19',
    rule: 'covid+suspicion',
    start: 37,
    end: 45,
  });
});

test('metadata is read with its words; several different values count as unknown', () => {
  const read = readMetadata([
    {
      source: 'caption',
      text: 'A 62-year-old woman from Wuhan, China, with severe disease and a history of diabetes. CT on day 7 after symptom onset shows ground-glass opacities.',
    },
  ]);
  expect(read.age?.value).toBe(62);
  expect(read.sex?.value).toBe('F');
  expect(read.location?.value).toBe('Wuhan, China');
  expect(read.severity?.value).toBe('severe');
  expect(read.history?.value).toContain('history of diabetes');
  expect(read.time?.value).toBe('day 7 after symptom onset');
  expect(read.age?.evidence.text).toContain('62-year-old');
  expect(
    readMetadata([{ source: 'caption', text: 'A 40-year-old man and a 50-year-old woman.' }]),
  ).toMatchObject({ age: null, sex: null });
});

const captionOf = (text: string) => readMetadata([{ source: 'caption', text }]);

test.each([
  ['Follow-up CT at 7 days shows absorption.', '7 days'],
  ['CT was obtained on Feb 9 (7 dpoi) before plasma was given (10 dpoi).', '7 dpoi'],
  ['Chest CT obtained on day 6. The patient was discharged on day 11.', 'day 6'],
  ['A man with fever for 3 days. CT on day 5 after symptom onset.', 'day 5 after symptom onset'],
  ['Chest CT on day 4-5 after admission.', 'day 4-5 after admission'],
  ['CT scan 10 days before treatment.', '10 days before treatment'],
  ['After 3 days there is a ground-glass opacity.', 'After 3 days'],
  ['CT on the second day and again on day 2 of illness.', 'the second day'],
  ['CT on the day of admission shows consolidation.', 'the day of admission'],
  ['CT obtained on admission (day 6 after onset) and not on day 9.', 'day 6 after onset'],
  ['Three months after discharge the CT shows bands.', 'Three months after discharge'],
  ['Images from Jan.26 show effusion.', 'Jan.26'],
  ['CT on day 3 and on day 9 in two patients.', null],
])('the time of the scan in "%s" is %s', (text, time) => {
  expect(captionOf(text).time?.value ?? null).toBe(time);
});

test.each([
  ['CT of a severe patient.', 'severe'],
  ['A 50-year-old patient, severe.', 'severe'],
  ['CT of mild (A) disease.', 'mild'],
  ['Mild thickening of the pleura and a severe artefact.', null],
  ['Common pneumonia.', null],
  ['A man with common-type COVID-19.', 'moderate'],
  ['A patient with non-severe disease.', 'mild'],
  ['Cases of mild (A), severe (B) and critical (C) disease.', null],
  ['A severe case who died on day 12.', 'fatal'],
  ['CT of a woman from the mortality group.', 'fatal'],
  ['An asymptomatic patient.', 'asymptomatic'],
  ['No patient died.', null],
  ['Severe acute respiratory syndrome coronavirus 2 in a man.', null],
])('the severity in "%s" is %s', (text, severity) => {
  expect(captionOf(text).severity?.value ?? null).toBe(severity);
});

test.each([
  ['A previously healthy man.', 'previously healthy'],
  ['A woman who returned from Wuhan, with fever.', 'returned from Wuhan'],
  ['Signs of pulmonary hypertension.', null],
  ['A man with diabetes and fever.', 'diabetes'],
  ['A man without underlying disease.', 'without underlying disease'],
])('the history in "%s" is %s', (text, history) => {
  expect(captionOf(text).history?.value ?? null).toBe(history);
});
