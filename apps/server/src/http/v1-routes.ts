import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CtError } from '@groundglass/core';
import type { PredictionEvent } from '@groundglass/client';
import { Router, type Request, type Response } from 'express';
import type { UploadedFile } from '../imaging-worker/codec-calls.js';
import { discardRef } from '../tensors/byte-ref.js';
import type { ByteRef } from '../tensors/tensor.js';
import { summarise } from '../predictions/ct-model.js';
import { predictQuerySchema, type PredictQuery } from '../predictions/predict-query.js';
import type { Product } from '../predictions/prediction-run.js';
import { reportInput, toErrorAnswer } from '../errors/error-answer.js';
import type { BodyLimits } from './receive-body.js';
import { abortSignalOf } from './request-context.js';
import type { Services } from './services.js';
import { discardUpload, receiveUpload } from './upload.js';

const types = [
  'application/json',
  'application/x-ndjson',
  'image/png',
  'application/dicom',
] as const;
type AnswerType = (typeof types)[number];

/** Bytes of a stream buffered for a slow reader. */
const largestBacklog = 64 * 1024 * 1024;

/** `/v1`: CT files in, predictions out. */
export function v1Routes(services: Services): Router {
  const router = Router();
  router.get('/models', (_req, res) => {
    res.json({ models: services.predictor.models.map(summarise) });
  });
  router.post('/predictions', async (req, res) => {
    const type = answerType(req);
    const query = predictQuerySchema.parse(req.query, reportInput);
    const signal = abortSignalOf(res);
    services.predictor.checkModel(query);
    const file = await receiveUpload(req, bodyLimits(services));
    try {
      await answer(services, { file, query, signal, type }, res);
    } finally {
      discardUpload(file);
    }
  });
  return router;
}

export function bodyLimits({ options, spoolDir }: Services): BodyLimits {
  return {
    maxBytes: options.maxBodyMib * 1024 * 1024,
    idleMs: options.idleSeconds * 1000,
    deadline: performance.now() + options.uploadSeconds * 1000,
    spoolDir,
  };
}

function answerType(req: Request): AnswerType {
  const type = req.accepts([...types]) as AnswerType | false;
  if (type) return type;
  throw new CtError('CT_BAD_REQUEST', `Expected an Accept header with one of ${types.join(', ')}`);
}

interface Asked {
  readonly file: UploadedFile;
  readonly query: PredictQuery;
  readonly signal: AbortSignal;
  readonly type: AnswerType;
}

async function answer({ predictor }: Services, asked: Asked, res: Response): Promise<void> {
  const { type, ...request } = asked;
  if (type === 'application/x-ndjson') {
    await stream(res, (onEvent) =>
      predictor
        .predict({ ...request, product: 'prediction', onEvent })
        .then((done) => done.prediction),
    );
    return;
  }
  const products: Record<Exclude<AnswerType, 'application/x-ndjson'>, Product> = {
    'application/json': 'prediction',
    'image/png': 'overlay',
    'application/dicom': 'segmentation',
  };
  const { prediction, bytes } = await predictor.predict({ ...request, product: products[type] });
  if (!bytes) {
    res.json(prediction);
    return;
  }
  res.setHeader('content-type', type);
  res.setHeader('x-prediction-probability', String(prediction.probability));
  res.setHeader('x-prediction-label', encodeURIComponent(prediction.label ?? ''));
  res.setHeader('x-prediction-withheld', prediction.withheld.join(','));
  await sendRef(res, bytes);
}

/** Writes events as lines. A failure before the first line sets the status; a later one is the last line. */
async function stream(
  res: Response,
  predict: (
    onEvent: (event: PredictionEvent) => void,
  ) => Promise<Extract<PredictionEvent, { event: 'prediction' }>['prediction']>,
): Promise<void> {
  const write = (event: PredictionEvent): void => {
    if (!res.headersSent) res.setHeader('content-type', 'application/x-ndjson');
    res.write(`${JSON.stringify(event)}\n`);
    // A client that reads nothing of it has gone, even if the connection is open.
    if (res.writableLength > largestBacklog) res.destroy();
  };
  try {
    const prediction = await predict(write);
    // The masks went out with their slices.
    const slices = prediction.slices.map((slice) => ({ ...slice, mask: undefined }));
    write({ event: 'prediction', prediction: { ...prediction, slices } });
  } catch (error) {
    if (!res.headersSent) throw error;
    const { message, code } = toErrorAnswer(error);
    write({ event: 'failed', error: message, code });
  }
  res.end();
}

/** Sends bytes from memory or a file and removes them. */
async function sendRef(res: Response, ref: ByteRef): Promise<void> {
  try {
    res.setHeader('content-length', ref.length);
    if (ref instanceof Uint8Array) {
      res.end(ref);
      return;
    }
    await pipeline(
      createReadStream(ref.path, { start: ref.offset, end: ref.offset + ref.length - 1 }),
      res,
    );
  } finally {
    discardRef(ref);
  }
}
