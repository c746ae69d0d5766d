import { formatJsonElements } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { Router, type Request, type Response } from 'express';
import { controlRequestSchema, indexRequestSchema } from '../oip/answer-schemas.js';
import { discardRef, readRef } from '../tensors/byte-ref.js';
import type { ByteRef } from '../tensors/tensor.js';
import {
  describeConfig,
  describeModel,
  describeStatistics,
  extensions,
} from '../oip/descriptions.js';
import type { Inferred } from '../oip/infer-service.js';
import { readInferRequest, type InferCall } from '../oip/read-infer-request.js';
import { refuseChanges } from '../oip/model-control.js';
import { serverVersion } from '../options/server-version.js';
import { inflatedBody } from './inflate-body.js';
import { parseJsonBody } from './json-depth.js';
import { receiveBody } from './receive-body.js';
import { whyNotReady } from './readiness.js';
import { abortSignalOf } from './request-context.js';
import type { Services } from './services.js';
import { refuseEarly } from './upload.js';
import { bodyLimits } from './v1-routes.js';

/** JSON longer than this is parsed and written by a codec process: here it would block all other requests. */
const inlineJson = 64 * 1024;
/** A body of the repository API. */
const smallBody = 64 * 1024;

/** The Open Inference Protocol v2 over REST, with the extensions that {@link extensions} names. */
export function v2Routes(services: Services): Router {
  const { repository, infer } = services;
  const router = Router();
  router.get('/', (_req, res) => {
    res.json({ name: 'groundglass', version: serverVersion, extensions });
  });
  router.get('/health/live', (_req, res) => {
    res.json({ live: true });
  });
  router.get('/health/ready', (_req, res) => {
    const reason = whyNotReady(services);
    if (reason === undefined) res.json({ ready: true });
    else res.status(503).json({ ready: false, reason });
  });
  router.get('/models', (_req, res) => {
    res.json({ models: [...new Set(repository.models.map(({ name }) => name))] });
  });
  router.get('/models/stats', (_req, res) => {
    res.json({ model_stats: repository.models.map(describeStatistics) });
  });
  for (const path of ['/models/:model', '/models/:model/versions/:version']) {
    router.get(path, (req, res) => {
      const model = modelOf(services, req);
      res.json(describeModel(model, repository.versionsOf(model.name)));
    });
    router.get(`${path}/ready`, (req, res) => {
      const model = modelOf(services, req);
      const ready = !services.draining && repository.runs(model);
      res.status(ready ? 200 : 503).json({ name: model.name, ready });
    });
    router.get(`${path}/config`, (req, res) => {
      res.json(describeConfig(modelOf(services, req)));
    });
    router.get(`${path}/stats`, (req, res) => {
      res.json({ model_stats: statisticsOf(services, req).map(describeStatistics) });
    });
    router.post(`${path}/infer`, async (req, res) => {
      const { model, version } = params(req);
      const signal = abortSignalOf(res);
      // Report an unknown name before any error in the body.
      repository.get(model, version);
      const call = await receiveCall(services, req);
      const inferred = await infer.infer(model, version, call, signal);
      await sendInferred(services, res, call.id, inferred);
    });
  }
  router.post('/repository/index', async (req, res) => {
    const { ready } = indexRequestSchema.parse(await smallJson(services, req));
    res.json(repository.index().filter(({ state }) => !ready || state === 'READY'));
  });
  for (const action of ['load', 'unload'] as const) {
    router.post(`/repository/models/:model/${action}`, async (req, res) => {
      refuseChanges(services.options.modelControlMode);
      const { parameters } = controlRequestSchema.parse(await smallJson(services, req));
      const { model } = params(req);
      if (action === 'load') await repository.load(model, parameters?.config);
      else await repository.unload(model);
      res.json({});
    });
  }
  return router;
}

function params(req: Request): { model: string; version: string | undefined } {
  const { model, version } = req.params as { model: string; version?: string };
  return { model, version };
}

function modelOf({ repository }: Services, req: Request) {
  const { model, version } = params(req);
  return repository.get(model, version);
}

function statisticsOf({ repository }: Services, req: Request) {
  const { model, version } = params(req);
  repository.get(model, version);
  return repository.models.filter(
    (each) => each.name === model && (version === undefined || each.version === version),
  );
}

async function smallJson(services: Services, req: Request): Promise<unknown> {
  const limits = { ...bodyLimits(services), maxBytes: smallBody };
  refuseEarly(req, smallBody);
  const bytes = await readRef(await receiveBody(inflatedBody(req), limits));
  return bytes.length === 0 ? {} : parseJsonBody(bytes);
}

/** The Content-Type does not matter: tritonclient sends none. */
async function receiveCall(services: Services, req: Request): Promise<InferCall> {
  const limits = bodyLimits(services);
  refuseEarly(req, limits.maxBytes);
  const headerLength = headerLengthOf(req);
  const body = await receiveBody(inflatedBody(req), limits);
  try {
    const split = headerLength ?? body.length;
    if (split > body.length) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected ${split} bytes of JSON by Inference-Header-Content-Length, the body has ${body.length}`,
      );
    }
    const header = sliceRef(body, 0, split);
    const binary = sliceRef(body, split, body.length - split);
    if (header instanceof Uint8Array && split <= inlineJson)
      return readInferRequest(header, binary);
    if (!(header instanceof Uint8Array) && split <= inlineJson) {
      return readInferRequest(await readRef(header), binary);
    }
    const call = await services.codecs.use(undefined, (ask) =>
      ask('readInfer', { header, binary, spoolDir: services.spoolDir }),
    );
    // The tensors were copied out of the JSON.
    if (binary.length === 0) discardRef(body);
    return call;
  } catch (error) {
    discardRef(body);
    throw error;
  }
}

function headerLengthOf(req: Request): number | undefined {
  const text = req.headers['inference-header-content-length'];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw new CtError('CT_BAD_REQUEST', 'Expected a whole number in Inference-Header-Content-Length');
}

function sliceRef(ref: ByteRef, offset: number, length: number): ByteRef {
  if (ref instanceof Uint8Array) return ref.subarray(offset, offset + length);
  return { path: ref.path, offset: ref.offset + offset, length };
}

async function sendInferred(
  services: Services,
  res: Response,
  id: string | undefined,
  { model, outputs }: Inferred,
): Promise<void> {
  const binary: ByteRef[] = [];
  try {
    const parts = await Promise.all(
      outputs.map(async ({ tensor, binary: asBinary }) => {
        const { name, datatype, shape, data } = tensor;
        const head = JSON.stringify({ name, datatype, shape }).slice(0, -1);
        if (!asBinary) return `${head},"data":${await formatData(services, tensor)}}`;
        binary.push(data);
        return `${head},"parameters":{"binary_data_size":${data.length}}}`;
      }),
    );
    const head = JSON.stringify({
      model_name: model.name,
      model_version: model.version,
      ...(id === undefined ? {} : { id }),
    }).slice(0, -1);
    const header = Buffer.from(`${head},"outputs":[${parts.join(',')}]}`);
    if (binary.length === 0) {
      res.setHeader('content-type', 'application/json').end(header);
      return;
    }
    res.setHeader('content-type', 'application/octet-stream');
    res.setHeader('inference-header-content-length', header.length);
    res.setHeader(
      'content-length',
      header.length + binary.reduce((sum, { length }) => sum + length, 0),
    );
    res.write(header);
    for (const ref of binary) res.write(await readRef(ref));
    res.end();
  } finally {
    for (const { tensor } of outputs) discardRef(tensor.data);
  }
}

async function formatData(
  { codecs }: Services,
  { name, datatype, data }: Inferred['outputs'][number]['tensor'],
): Promise<string> {
  if (data instanceof Uint8Array && data.length <= inlineJson) {
    return formatJsonElements({ name, datatype }, data);
  }
  const text = await codecs.use(undefined, (call) =>
    call('formatElements', { name, datatype, data }),
  );
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString();
}
