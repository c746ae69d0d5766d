import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { jobRequestSchema, type Job } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { Router, type Request, type Response } from 'express';
import { reportInput } from '../errors/error-answer.js';
import { resultsCsv } from '../jobs/results-csv.js';
import { readRef } from '../tensors/byte-ref.js';
import { inflatedBody } from './inflate-body.js';
import { parseJsonBody } from './json-depth.js';
import { receiveBody } from './receive-body.js';
import type { Services } from './services.js';
import { discardUpload, receiveUpload, refuseEarly } from './upload.js';
import { bodyLimits } from './v1-routes.js';

const smallBody = 16 * 1024;
/** Interval in milliseconds of comments that keep proxies from ending a quiet stream. */
const heartbeatMs = 15_000;

/** `/v1/jobs`: scores studies in the background. */
export function jobRoutes(services: Services): Router {
  const { jobs } = services;
  const router = Router();
  router.get('/', (_req, res) => {
    res.json({ jobs: jobs.list });
  });
  router.post('/', async (req, res) => {
    const query = Object.fromEntries(
      Object.entries(req.query).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    const job = isJson(req)
      ? await jobs.addFolder(await folderOf(services, req), query)
      : await addUpload(services, req, query);
    res.status(202).setHeader('location', `/v1/jobs/${job.id}`).json(job);
  });
  router.get('/:job', (req, res) => {
    res.json(jobs.status(req.params.job));
  });
  router.delete('/:job', async (req, res) => {
    res.json(await jobs.end(req.params.job));
  });
  router.post('/:job/cancel', async (req, res) => {
    res.json(await jobs.cancel(req.params.job));
  });
  router.get('/:job/results', async (req, res) => {
    const { header, rows } = await jobs.results(req.params.job);
    if (req.accepts(['application/x-ndjson', 'text/csv']) === 'text/csv') {
      res.type('text/csv').send(resultsCsv(rows));
      return;
    }
    const lines = [...(header ? [header] : []), ...rows].map((row) => `${JSON.stringify(row)}\n`);
    res.setHeader('content-type', 'application/x-ndjson');
    res.send(lines.join(''));
  });
  router.get('/:job/events', (req, res) => {
    streamEvents(services, req.params.job, res);
  });
  return router;
}

const isJson = (req: Request): boolean =>
  /^application\/json\b/i.test(req.headers['content-type'] ?? '');

async function addUpload(
  services: Services,
  req: Request,
  query: Record<string, string>,
): Promise<Job> {
  const file = await receiveUpload(req, bodyLimits(services));
  try {
    return await services.jobs.addUpload([file, ...file.companions], query);
  } finally {
    discardUpload(file);
  }
}

/** The folder that a request names. @throws {CtError} `CT_FORBIDDEN` outside the folders of `--data`. */
async function folderOf(services: Services, req: Request): Promise<string> {
  refuseEarly(req, smallBody);
  const limits = { ...bodyLimits(services), maxBytes: smallBody };
  const bytes = await readRef(await receiveBody(inflatedBody(req), limits));
  const { folder } = jobRequestSchema.parse(parseJsonBody(bytes), reportInput);
  for (const data of services.options.data) {
    const root = await realpath(data).catch(() => undefined);
    const found = root && (await realpath(resolve(root, folder)).catch(() => undefined));
    if (root && found && (found === root || found.startsWith(root + sep))) return found;
  }
  throw new CtError(
    'CT_FORBIDDEN',
    services.options.data.length === 0
      ? 'Expected a server started with --data FOLDER: it reads no other folders; or send the files'
      : 'Expected a folder inside one that the server was started with (--data)',
  );
}

/** Server-sent events: `progress` at every change, `end` with the last state. */
function streamEvents({ jobs }: Services, id: string, res: Response): void {
  // Throws for an unknown id before anything is sent.
  jobs.status(id);
  res.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  const heartbeat = setInterval(() => res.write(':\n\n'), heartbeatMs);
  const send = (event: string, status: Job): void => {
    res.write(`id: ${status.done}\nevent: ${event}\ndata: ${JSON.stringify(status)}\n\n`);
  };
  const unwatch = jobs.watch(id, (status) => {
    send('progress', status);
    if (status.state === 'waiting' || status.state === 'running') return;
    send('end', status);
    res.end();
  });
  const end = (): void => {
    clearInterval(heartbeat);
    unwatch();
  };
  res.once('close', end);
  if (res.writableEnded) end();
}
