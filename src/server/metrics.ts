/** What the server counts, in Prometheus' terms. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchReport } from './engine/batcher.js';

/** What is asked at the moment of a scrape. */
export interface Levels {
  readonly requests: () => number;
  readonly waiting: () => number;
  readonly heldBytes: () => number;
}

export interface Metrics {
  readonly registry: Registry;
  /** An answered request; seconds from its first byte to its last. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
  batch(report: BatchReport): void;
  image(outcome: 'recognised' | 'failed'): void;
  faces(count: number): void;
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(levels: Levels, registry = new Registry()): Metrics {
  const registers = [registry];
  const gauge = (name: string, help: string, level: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(level());
      },
    });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ) => new Histogram({ name, help, buckets, labelNames, registers });
  gauge('poster_requests_in_progress', 'Recognition requests read or worked on.', levels.requests);
  gauge('poster_crops_waiting', 'Face crops that wait for a batch.', levels.waiting);
  gauge('poster_body_bytes', 'Bytes of request bodies in memory.', levels.heldBytes);
  const requests = histogram('poster_http_request_seconds', 'Time to answer requests.', secondsBuckets, [
    'method',
    'route',
    'status',
  ]);
  const sizes = histogram('poster_batch_size', 'Face crops in a batch.', [1, 2, 4, 8, 16, 32, 64]);
  const waits = histogram('poster_batch_wait_seconds', 'Wait of the oldest crop of a batch.', secondsBuckets);
  const runs = histogram('poster_batch_run_seconds', 'Time of the network for a batch.', secondsBuckets);
  const images = new Counter({
    name: 'poster_images_total',
    help: 'Images by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const faces = new Counter({ name: 'poster_faces_total', help: 'Faces found.', registers });
  return {
    registry,
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    batch({ size, waited, ran }) {
      sizes.observe(size);
      waits.observe(waited / 1000);
      runs.observe(ran / 1000);
    },
    image: (outcome) => images.inc({ outcome }),
    faces: (count) => faces.inc(count),
  };
}
