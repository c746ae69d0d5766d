import type { Finding } from '@groundglass/core';
import type { Dataset } from '../manifest/dataset.js';
import { manifestName } from '../manifest/dataset.js';
import type { Statistics } from '../statistics/describe-dataset.js';
import { biasesOf, limitationsOf } from './in-words.js';

/** Sources of the metadata. */
export interface DescribedDataset {
  readonly dataset: Dataset;
  readonly statistics: Statistics;
  /** Of an audit; empty if there was none. */
  readonly findings: readonly Finding[];
  /** SHA-256 of `samples.jsonl`. */
  readonly samplesSha256: string;
}

/** MLCommons Croissant 1.0, with the vocabulary of its Responsible AI extension 1.0. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

const fields = [
  { name: 'path', description: 'Path of the image from the dataset’s folder', dataType: 'sc:Text' },
  { name: 'label', description: 'Class of the image', dataType: 'sc:Text' },
  { name: 'split', description: 'train, val or test', dataType: 'sc:Text' },
  { name: 'patient', description: 'The patient; splits keep patients whole', dataType: 'sc:Text' },
  { name: 'source', description: 'Where the image comes from', dataType: 'sc:Text' },
] as const;

/** Croissant metadata with the RAI fields as JSON-LD text, filled from manifest, statistics and audit. */
export function croissantText(described: DescribedDataset): string {
  const { dataset, samplesSha256 } = described;
  const { manifest } = dataset;
  const metadata = {
    '@context': context,
    '@type': 'sc:Dataset',
    name: manifest.name,
    description: manifest.description ?? `CT images with the labels ${manifest.labels.join(', ')}`,
    conformsTo: ['http://mlcommons.org/croissant/1.0', 'http://mlcommons.org/croissant/RAI/1.0'],
    version: '1.0.0',
    url: addressOf(manifest.citation) ?? `urn:groundglass:${encodeURIComponent(manifest.name)}`,
    ...(manifest.license === undefined ? {} : { license: manifest.license }),
    ...(manifest.citation === undefined ? {} : { citeAs: manifest.citation }),
    'rai:dataCollection': collectionOf(described),
    'rai:dataBiases': biasesOf(described),
    'rai:dataLimitations': limitationsOf(described),
    'rai:personalSensitiveInformation':
      'Medical images of patients; age, gender and location where the source states them.',
    'rai:dataUseCases':
      'Research on classification and segmentation of chest CT. Not for diagnosis, triage, or any decision about a patient.',
    distribution: [
      {
        '@type': 'cr:FileObject',
        '@id': 'samples.jsonl',
        name: 'samples.jsonl',
        description: `One sample per row; next to ${manifestName}`,
        contentUrl: 'samples.jsonl',
        encodingFormat: 'application/jsonlines',
        sha256: samplesSha256,
      },
    ],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'samples',
        name: 'samples',
        description: 'The images with label, split, patient and source',
        field: fields.map(({ name, description, dataType }) => ({
          '@type': 'cr:Field',
          '@id': `samples/${name}`,
          name,
          description,
          dataType,
          source: { fileObject: { '@id': 'samples.jsonl' }, extract: { column: name } },
        })),
      },
    ],
  };
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

function collectionOf({ dataset: { samples } }: DescribedDataset): string[] {
  const counts = new Map<string, number>();
  for (const { source } of samples) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts].map(([source, count]) => `${count} images from ${source}`);
}

/** The URL of a DOI, an arXiv number or an address. */
export function addressOf(citation: string | undefined): string | undefined {
  if (citation === undefined) return undefined;
  if (/^https?:/.test(citation)) return citation;
  const arxiv = /^arxiv[: ]\s*(\d{4}\.\d{4,5})/i.exec(citation)?.[1];
  if (arxiv !== undefined) return `https://arxiv.org/abs/${arxiv}`;
  return /^10\.\d{4,}\//.test(citation) ? `https://doi.org/${citation}` : undefined;
}
