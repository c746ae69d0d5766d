import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { SchedulerEvents } from '../inference/scheduler.js';

/** Seconds; from a cached health check to a volume of hundreds of slices. */
const secondBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The Prometheus metrics of one server; `GET /metrics`. Labels carry nothing of a request but its route. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<'protocol' | 'route' | 'status'>;
  readonly #seconds: Histogram<'protocol' | 'route'>;
  readonly #queue: Gauge;
  readonly #batches: Histogram<'model'>;
  readonly #inference: Histogram<'model'>;
  readonly #restarts: Counter<'process'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'groundglass_' });
    this.#requests = new Counter({
      name: 'groundglass_requests_total',
      help: 'Requests answered, by route and status',
      labelNames: ['protocol', 'route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'groundglass_request_seconds',
      help: 'Time from the first byte of a request to the last of its answer',
      labelNames: ['protocol', 'route'],
      buckets: secondBuckets,
      registers,
    });
    this.#queue = new Gauge({
      name: 'groundglass_queue_length',
      help: 'Inference requests that wait for a process',
      registers,
    });
    this.#batches = new Histogram({
      name: 'groundglass_batch_size',
      help: 'Rows that ran together',
      labelNames: ['model'],
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    });
    this.#inference = new Histogram({
      name: 'groundglass_inference_seconds',
      help: 'Time of one run of a model',
      labelNames: ['model'],
      buckets: secondBuckets,
      registers,
    });
    this.#restarts = new Counter({
      name: 'groundglass_process_restarts_total',
      help: 'Child processes that ended and were replaced',
      labelNames: ['process'],
      registers,
    });
    for (const process of ['inference', 'codec']) this.#restarts.inc({ process }, 0);
  }

  request(
    protocol: 'http' | 'grpc',
    route: string,
    status: number | string,
    seconds: number,
  ): void {
    this.#requests.inc({ protocol, route, status: String(status) });
    this.#seconds.observe({ protocol, route }, seconds);
  }

  restart(process: 'inference' | 'codec'): void {
    this.#restarts.inc({ process });
  }

  get schedulerEvents(): SchedulerEvents {
    return {
      queue: (length) => {
        this.#queue.set(length);
      },
      batch: ({ name: model }, rows, seconds) => {
        this.#batches.observe({ model }, rows);
        this.#inference.observe({ model }, seconds);
      },
    };
  }
}
