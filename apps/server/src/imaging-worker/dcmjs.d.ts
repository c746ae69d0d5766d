/** The part of dcmjs that the server uses; the package ships no types. */
declare module 'dcmjs' {
  /** A dataset by keyword, values as dcmjs naturalises them. */
  export type NaturalDataset = Record<string, unknown>;

  interface DicomDict {
    readonly dict: Record<string, unknown>;
    readonly meta: Record<string, unknown>;
    write(): ArrayBuffer;
  }

  const dcmjs: {
    readonly data: {
      readonly DicomMessage: {
        readFile(
          bytes: ArrayBuffer,
          options?: { untilTag?: string; includeUntilTagValue?: boolean; ignoreErrors?: boolean },
        ): DicomDict;
      };
      readonly DicomMetaDictionary: {
        naturalizeDataset(dict: Record<string, unknown>): NaturalDataset;
        denaturalizeDataset(dataset: NaturalDataset): Record<string, unknown>;
      };
      readonly DicomDict: new (meta: Record<string, unknown>) => DicomDict & {
        dict: Record<string, unknown>;
      };
    };
    readonly log: { setLevel(level: string): void };
  };
  export default dcmjs;
}
