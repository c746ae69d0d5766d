/** The source of a claim: a stretch of one of the document's texts. */
export interface Evidence {
  /** Which text. */
  readonly source:
    'sub-caption' | 'caption' | 'citing-sentence' | 'title' | 'abstract' | 'file-name';
  /** The words. */
  readonly text: string;
  /** Offsets of the words in that text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Which rule read them. */
  readonly rule: string;
}
