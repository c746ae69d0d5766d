// Long: one table of every route, best read as a whole.
import {
  errorBodySchema,
  jobListSchema,
  jobRequestSchema,
  jobSchema,
  modelListSchema,
  predictionEventSchema,
} from '@groundglass/client';
import {
  errorCatalogue,
  predictionSchema,
  resultRowSchema,
  resultsHeaderSchema,
} from '@groundglass/core';
import { z } from 'zod';
import { statuses } from '../errors/statuses.js';
import { inferRequestSchema } from '../oip/infer-schema.js';
import {
  controlRequestSchema,
  indexRequestSchema,
  inferResponseSchema,
  modelMetadataSchema,
  modelStatisticsSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
} from '../oip/answer-schemas.js';
import { serverVersion } from '../options/server-version.js';
import { predictQuerySchema } from '../predictions/predict-query.js';

type Json = Record<string, unknown>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Json;
  readonly security: readonly Json[];
}

export interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Json;
  readonly responses: Record<string, Json>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
}

const schemas = {
  Prediction: predictionSchema,
  PredictionEvent: predictionEventSchema,
  ModelList: modelListSchema,
  Error: errorBodySchema,
  InferRequest: inferRequestSchema,
  InferResponse: inferResponseSchema,
  ServerMetadata: serverMetadataSchema,
  ModelMetadata: modelMetadataSchema,
  ModelStatistics: modelStatisticsSchema,
  RepositoryIndexRequest: indexRequestSchema,
  ModelControlRequest: controlRequestSchema,
  RepositoryIndex: repositoryIndexSchema,
  Job: jobSchema,
  JobList: jobListSchema,
  JobRequest: jobRequestSchema,
  ResultsHeader: resultsHeaderSchema,
  ResultRow: resultRowSchema,
} as const;

const sampleListSchema = z.array(z.object({ name: z.string(), url: z.string() }));

const toSchema = (schema: z.ZodType): Json => {
  const converted: Json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  // This is OpenAPI 3.1's default dialect.
  delete converted.$schema;
  return converted;
};
const ref = (name: keyof typeof schemas): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, name: keyof typeof schemas): Json => ({
  description,
  content: { 'application/json': { schema: ref(name) } },
});
const binary: Json = { schema: { type: 'string', contentMediaType: 'application/octet-stream' } };

/** The error responses of a route, by the codes that it can throw. */
function errors(...codes: (keyof typeof errorCatalogue)[]): Record<string, Json> {
  const all = [...codes, 'CT_UNAUTHORIZED', 'CT_FORBIDDEN', 'CT_INTERNAL'] as const;
  const byStatus = new Map<string, string[]>();
  for (const code of all) {
    const status = String(statuses[code]);
    byStatus.set(status, [
      ...(byStatus.get(status) ?? []),
      `${code}: ${errorCatalogue[code].title}`,
    ]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, titles]) => [
      status,
      json([...new Set(titles)].join('; '), 'Error'),
    ]),
  );
}

const pathParameter = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});
const model = pathParameter('model', 'name of a model');
const version = pathParameter('version', 'version of the model');

const queryParameters: readonly Parameter[] = Object.entries(predictQuerySchema.shape).map(
  ([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    description: schema.description ?? '',
    schema: toSchema(schema),
  }),
);

const predictions: Operation = {
  tags: ['Predictions'],
  operationId: 'predict',
  summary: 'Scores one CT file',
  description:
    'The body is the file: PNG, JPEG, DICOM, NIfTI or MetaImage, recognised by its content. A form may hold a file with its companions (the pixels of a header, the slices of a DICOM series). The Accept header chooses the answer: the prediction as JSON, its events line by line while a volume is scored, one slice with its lesions coloured as PNG, or the lesions as a DICOM segmentation.',
  parameters: queryParameters,
  requestBody: {
    required: true,
    content: {
      'application/octet-stream': binary,
      'multipart/form-data': {
        schema: {
          type: 'object',
          required: ['file'],
          properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
        },
      },
    },
  },
  responses: {
    '200': {
      description: 'What the Accept header requests',
      content: {
        'application/json': { schema: ref('Prediction') },
        'application/x-ndjson': { schema: ref('PredictionEvent') },
        'image/png': { schema: { type: 'string', contentMediaType: 'image/png' } },
        'application/dicom': { schema: { type: 'string', contentMediaType: 'application/dicom' } },
      },
    },
    ...errors(
      'CT_BAD_REQUEST',
      'CT_EMPTY',
      'CT_SLICE_RANGE',
      'CT_MODEL_NOT_FOUND',
      'CT_UPLOAD_STALLED',
      'CT_TOO_LARGE',
      'CT_UNKNOWN_FORMAT',
      'CT_TRUNCATED',
      'CT_CORRUPT',
      'CT_UNSUPPORTED',
      'CT_NO_PIXELS',
      'CT_MISSING_COMPANION',
      'CT_MIXED_SERIES',
      'CT_MODEL_INVALID',
      'CT_OVERLOADED',
      'CT_TIMEOUT',
      'CT_INFERENCE_FAILED',
    ),
  },
};

const infer = (operationId: string, parameters: Parameter[]): Operation => ({
  tags: ['Open Inference Protocol'],
  operationId,
  summary: 'Runs a model on tensors',
  description:
    'JSON, or JSON followed by binary tensors that start where Inference-Header-Content-Length says. Any Content-Type is accepted.',
  parameters: [
    ...parameters,
    {
      name: 'Inference-Header-Content-Length',
      in: 'header',
      required: false,
      description: 'bytes of the JSON part, if binary tensors follow',
      schema: { type: 'integer', minimum: 0 },
    },
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: ref('InferRequest') },
      'application/octet-stream': binary,
    },
  },
  responses: {
    '200': {
      description: 'The outputs',
      content: {
        'application/json': { schema: ref('InferResponse') },
        'application/octet-stream': binary,
      },
    },
    ...errors(
      'CT_BAD_REQUEST',
      'CT_MODEL_NOT_FOUND',
      'CT_TOO_LARGE',
      'CT_OVERLOADED',
      'CT_TIMEOUT',
      'CT_INFERENCE_FAILED',
    ),
  },
});

const job = pathParameter('job', 'id of a job');
const jobRoute = (
  operationId: string,
  summary: string,
  good: Json,
  parameters: readonly Parameter[] = [job],
): Operation => ({
  tags: ['Jobs'],
  operationId,
  summary,
  parameters,
  responses: { '200': good, ...errors('CT_NOT_FOUND') },
});

/** Background jobs. */
const jobPaths: Record<string, Record<string, Operation>> = {
  '/v1/jobs': {
    get: jobRoute('listJobs', 'The jobs, the newest first', json('The jobs', 'JobList'), []),
    post: {
      tags: ['Jobs'],
      operationId: 'startJob',
      summary: 'Scores a study in the background',
      description:
        'Send a folder inside one that --data names, as JSON, or the files themselves. The job continues after a restart of the server.',
      parameters: queryParameters,
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: ref('JobRequest') },
          ...(predictions.requestBody as { content: Json }).content,
        },
      },
      responses: {
        '202': json('The job', 'Job'),
        ...errors('CT_BAD_REQUEST', 'CT_MODEL_NOT_FOUND', 'CT_TOO_LARGE', 'CT_UPLOAD_STALLED'),
      },
    },
  },
  '/v1/jobs/{job}': {
    get: jobRoute('jobStatus', 'Status of a job', json('The job', 'Job')),
    delete: jobRoute(
      'endJob',
      'Cancels a job, or removes one that has ended, with its results',
      json('The job', 'Job'),
    ),
  },
  '/v1/jobs/{job}/cancel': {
    post: jobRoute(
      'cancelJob',
      'Cancels a job and keeps its rows; a job that has ended does not change',
      json('The job', 'Job'),
    ),
  },
  '/v1/jobs/{job}/results': {
    get: jobRoute('jobResults', 'The rows so far', {
      description: 'A results file: its header, then one row per file; or CSV',
      content: {
        'application/x-ndjson': {
          schema: { anyOf: [ref('ResultsHeader'), ref('ResultRow')] },
        },
        'text/csv': { schema: { type: 'string' } },
      },
    }),
  },
  '/v1/jobs/{job}/events': {
    get: jobRoute('jobEvents', 'Progress as server-sent events: progress, then end', {
      description: 'The data of each event is the job',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
  },
};

/** A GET route; routes of a model in both their short and versioned forms. */
function reads(
  path: string,
  operationId: string,
  summary: string,
  good: Json,
  tag = 'Open Inference Protocol',
): Record<string, Record<string, Operation>> {
  const ofModel = path.startsWith('/v2/models/{model}');
  const operation = (id: string, parameters: Parameter[]): Operation => ({
    tags: [tag],
    operationId: id,
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { '200': good, ...errors(...(ofModel ? (['CT_MODEL_NOT_FOUND'] as const) : [])) },
  });
  if (!ofModel) return { [path]: { get: operation(operationId, []) } };
  const versioned = path.replace('{model}', '{model}/versions/{version}');
  return {
    [path]: { get: operation(operationId, [model]) },
    [versioned]: { get: operation(`${operationId}OfVersion`, [model, version]) },
  };
}

function control(action: 'load' | 'unload'): Operation {
  return {
    tags: ['Model repository'],
    operationId: `${action}Model`,
    summary: action === 'load' ? 'Loads a model, or loads it again' : 'Stops serving a model',
    description: 'Only if the server was started with --model-control-mode explicit.',
    parameters: [model],
    requestBody: { content: { 'application/json': { schema: ref('ModelControlRequest') } } },
    responses: {
      '200': { description: 'Done' },
      ...errors(
        'CT_BAD_REQUEST',
        'CT_MODEL_NOT_FOUND',
        ...(action === 'load' ? (['CT_MODEL_INVALID'] as const) : []),
      ),
    },
  };
}

const plain = (description: string, type: string): Json => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});
const object = (description: string): Json => ({
  description,
  content: { 'application/json': { schema: { type: 'object' } } },
});

/** The whole HTTP interface as OpenAPI 3.1, with the schemas that validate requests and answers. */
export function openApiDocument(): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Groundglass model server',
      version: serverVersion,
      description:
        'CT slices and volumes in, COVID-19 probability and lesion masks out. A research tool, never a medical device.',
    },
    tags: [
      { name: 'Predictions', description: 'CT files in, predictions out' },
      { name: 'Jobs', description: 'Studies that are scored in the background' },
      {
        name: 'Open Inference Protocol',
        description: 'Tensors in, tensors out; as Triton and KServe',
      },
      { name: 'Model repository', description: 'Which models exist and which are served' },
      { name: 'Operations', description: 'Health, metrics and this description' },
    ],
    paths: {
      '/v1/predictions': { post: predictions },
      ...reads(
        '/v1/models',
        'listModels',
        'The models that score CT files',
        json('The models', 'ModelList'),
        'Predictions',
      ),
      ...jobPaths,
      ...reads(
        '/v2',
        'serverMetadata',
        'Name, version and extensions of the server',
        json('The server', 'ServerMetadata'),
      ),
      ...reads('/v2/health/live', 'serverLive', 'Whether the server is up', object('It is')),
      '/v2/health/ready': {
        get: {
          tags: ['Open Inference Protocol'],
          operationId: 'serverReady',
          summary: 'Whether the server and its models are ready',
          responses: { '200': object('It is'), '503': object('Not yet, or no longer') },
        },
      },
      ...reads('/v2/models', 'modelNames', 'The names of the models', object('The names')),
      ...reads(
        '/v2/models/{model}',
        'modelMetadata',
        'Inputs and outputs of a model',
        json('The model', 'ModelMetadata'),
      ),
      ...reads(
        '/v2/models/{model}/ready',
        'modelReady',
        'Whether a model answers',
        object('It does'),
      ),
      ...reads(
        '/v2/models/{model}/config',
        'modelConfig',
        'config.pbtxt of a model, completed',
        object('The configuration'),
      ),
      ...reads(
        '/v2/models/{model}/stats',
        'modelStatistics',
        'Statistics of a model',
        json('Counts and times', 'ModelStatistics'),
      ),
      ...reads(
        '/v2/models/stats',
        'allStatistics',
        'Statistics of all models',
        json('Counts and times', 'ModelStatistics'),
      ),
      '/v2/models/{model}/infer': { post: infer('infer', [model]) },
      '/v2/models/{model}/versions/{version}/infer': {
        post: infer('inferVersion', [model, version]),
      },
      '/v2/repository/index': {
        post: {
          tags: ['Model repository'],
          operationId: 'repositoryIndex',
          summary: 'Every model and its state',
          requestBody: {
            content: { 'application/json': { schema: ref('RepositoryIndexRequest') } },
          },
          responses: { '200': json('The models', 'RepositoryIndex'), ...errors('CT_BAD_REQUEST') },
        },
      },
      '/v2/repository/models/{model}/load': { post: control('load') },
      '/v2/repository/models/{model}/unload': { post: control('unload') },
      ...reads(
        '/samples/index.json',
        'listSamples',
        'The files that --samples offers; 404 without it',
        {
          description: 'Their names and addresses',
          content: { 'application/json': { schema: toSchema(sampleListSchema) } },
        },
        'Operations',
      ),
      '/samples/{file}': {
        get: {
          tags: ['Operations'],
          operationId: 'sample',
          summary: 'A file of the samples',
          parameters: [pathParameter('file', 'name of a file in the list')],
          responses: {
            '200': { description: 'The file', content: { 'application/octet-stream': binary } },
            ...errors('CT_NOT_FOUND'),
          },
        },
      },
      ...reads(
        '/healthz',
        'health',
        'Whether the process answers',
        object('It does'),
        'Operations',
      ),
      ...reads(
        '/metrics',
        'metrics',
        'Prometheus metrics',
        plain('Text format', 'text/plain'),
        'Operations',
      ),
      ...reads('/openapi.json', 'openApi', 'This description', object('OpenAPI 3.1'), 'Operations'),
      ...reads(
        '/docs',
        'docs',
        'This description as a page',
        plain('A page', 'text/html'),
        'Operations',
      ),
    },
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, toSchema(schema)]),
      ),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
    security: [{ bearer: [] }, {}],
  };
}
