/**
 * The name of a panel's file without its extension, as in the published dataset: `<doi>-p<page>-<figure>%<panel>`, the DOI
 * without its registrant, and without `%` if the figure has one panel.
 *
 * @param document DOI, or another name of the document.
 */
export function panelName(
  document: string,
  {
    page,
    figure,
    panel,
  }: { readonly page: number; readonly figure: number; readonly panel: number | null },
): string {
  return `${documentKey(document)}-p${page}-${figure}${panel === null ? '' : `%${panel}`}`;
}

/** A DOI without its registrant, or a file's name without its extension, as part of a file name. */
export function documentKey(document: string): string {
  const suffix = /^10\.\d{4,9}\/(.+)$/u.exec(document)?.[1] ?? document.replace(/\.pdf$/iu, '');
  const safe = suffix
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._()-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/gu, '');
  return safe.slice(0, 90) || 'paper';
}
