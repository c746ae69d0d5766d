/** Words that datasets put before a running number. */
const genericWords = new Set(
  'anon anonymous case covid crawled ct id image img no noncovid normal p pat patient person s scan series slice study sub subj subject test train unknown val volume x'.split(
    ' ',
  ),
);

/**
 * An identifier of a patient across datasets. An id that two datasets could both have used, such as `7` or `patient_12`, names a patient of
 * its own source only; `coronacases_003` or a UID is the same patient everywhere.
 */
export function patientKey({ source, patient }: { source: string; patient: string }): string {
  const id = patient.trim();
  const words = id.toLowerCase().match(/[a-z]+/g) ?? [];
  const isUid = /^\d+(\.\d+){3,}$/.test(id);
  const isGeneric = !isUid && words.every((word) => genericWords.has(word));
  // A long number is a hospital's or a register's, not a counter.
  return isGeneric && !/\d{7}/.test(id) ? `${source}/${id}` : id;
}
