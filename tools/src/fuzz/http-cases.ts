import { deflateSync, gzipSync } from 'node:zlib';
import { mutate } from './mutate.js';

type Random = (below: number) => number;

const pick = <T>(items: readonly T[], random: Random): T => items[random(items.length)]!;

const methods = [
  'GET',
  'POST',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PATCH',
  'TRACE',
];
const models = [
  'lesion-rule',
  'echo',
  'no-such-model',
  '..',
  '%2e%2e%2f',
  'a'.repeat(300),
  '%00',
  '%ff',
  '',
];
const paths: ((random: Random) => string)[] = [
  () => '/',
  () => '/healthz',
  () => '/metrics',
  () => '/v1/models',
  (random) =>
    `/v1/predictions?${pick(['mask=0', 'slices=1-', 'slices=9999999', 'threshold=NaN', 'timeout=1', 'window=0,0', 'model=%00', '__proto__=1', 'crop=chest&crop=none', 'opacity=1e400'], random)}`,
  (random) => `/v2/models/${pick(models, random)}/infer`,
  (random) => `/v2/models/${pick(models, random)}`,
  (random) =>
    `/v2/models/${pick(models, random)}/versions/${pick(['1', '0', '-1', '9'.repeat(30)], random)}/infer`,
  () => '/v2/repository/index',
  (random) => `/v2/repository/models/${pick(models, random)}/load`,
  () => `/${'x'.repeat(2000)}`,
  () => '/../../etc/passwd',
  () => '//evil.example/',
  () => '/v2/models/stats',
  () => '/v2/models',
  (random) =>
    `/v1/jobs${pick(['', '?mask=2', '?model=absent', '/none', '/none/results', '/none/events', '/%2e%2e', '/../../etc'], random)}`,
];
const numbers = [0, 1, -1, 4, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, 0.5, 255];
const shapes = [
  [1, 1, 1, 1],
  [1, 1, 2, 2],
  [],
  [0],
  [-1],
  [2 ** 31, 2 ** 31],
  [1, 1, 1],
  [9, 1, 1, 1],
  Array(40).fill(1),
];
const datatypes = ['FP32', 'INT64', 'BYTES', 'FP16', 'BOOL', 'UINT8', 'NONE', '', 'fp32'];

/** A nearly valid tensor: each part may be replaced. */
function tensor(random: Random): Record<string, unknown> {
  const good = { name: 'image', datatype: 'FP32', shape: [1, 1, 1, 1], data: [0.5] };
  const wrong = {
    name: pick(['image', 'x', '', 'y'.repeat(1000), '__proto__'], random),
    datatype: pick(datatypes, random),
    shape: pick(shapes, random),
    data: pick<unknown>(
      [[], ['a'], [[[[0.5]]]], [null], {}, 'x', Array(100).fill(0), [Number.MAX_VALUE]],
      random,
    ),
    parameters: pick<unknown>(
      [{}, { binary_data_size: pick(numbers, random) }, { shared_memory_region: 'x' }, []],
      random,
    ),
  };
  return Object.fromEntries(
    Object.entries({
      ...good,
      ...Object.fromEntries(Object.entries(wrong).filter(() => random(3) === 0)),
    }).filter(() => random(12) !== 0),
  );
}

function body(random: Random): Buffer {
  switch (random(6)) {
    case 0:
      return Buffer.from('['.repeat(random(5000)));
    case 1:
      return Buffer.from(Uint8Array.from({ length: random(600) }, () => random(256)));
    case 2:
      return Buffer.from(
        `--b\r\nContent-Disposition: form-data; name="file"; filename="${pick(['a.png', '../../x', '\0', 'x'.repeat(500)], random)}"\r\n\r\nP5\r\n--b${pick(['--', '', '\r\n'], random)}`,
      );
    default:
      return Buffer.concat([
        Buffer.from(
          JSON.stringify({
            ...(random(3) === 0
              ? { id: pick<unknown>(['a', 1, null, 'x'.repeat(300)], random) }
              : {}),
            ...(random(3) === 0
              ? {
                  parameters: {
                    timeout: pick(numbers, random),
                    priority: pick(numbers, random),
                    binary_data_output: pick<unknown>([true, 1, 'x'], random),
                  },
                }
              : {}),
            inputs: Array.from({ length: random(3) }, () => tensor(random)),
            ...(random(2) === 0
              ? { outputs: [{ name: pick(['mask', 'probability', 'x', ''], random) }] }
              : {}),
          }),
        ),
        random(3) === 0 ? Buffer.alloc(random(64)) : Buffer.alloc(0),
      ]);
  }
}

/** A whole HTTP request as bytes: nearly valid, and in every other case damaged as well. */
export function httpCase(random: Random): Buffer {
  const plain = body(random);
  const compression = pick(['gzip', 'deflate', 'none', 'none', 'none', 'none'] as const, random);
  const content =
    compression === 'none' ? plain : compression === 'gzip' ? gzipSync(plain) : deflateSync(plain);
  const headers = [
    `Host: ${pick(['localhost', 'localhost', 'localhost', 'evil.example', '', '[::1]:1'], random)}`,
    `Content-Length: ${random(8) === 0 ? pick(numbers, random) : content.length}`,
    'Connection: close',
    ...(random(4) === 0
      ? [`Inference-Header-Content-Length: ${pick([0, 5, content.length, 1e9, -1], random)}`]
      : []),
    ...(random(4) === 0
      ? [
          `Content-Type: ${pick(['application/json', 'multipart/form-data; boundary=b', 'multipart/form-data', 'x'.repeat(200), 'text/plain; charset=\x80'], random)}`,
        ]
      : []),
    ...(random(5) === 0
      ? [
          `Accept: ${pick(['application/dicom', 'image/png', 'application/x-ndjson', '*/*;q=0', '\x01'], random)}`,
        ]
      : []),
    ...(random(8) === 0
      ? [`Origin: ${pick(['null', 'http://evil.example', 'http://localhost'], random)}`]
      : []),
    ...(random(8) === 0 ? ['Transfer-Encoding: chunked'] : []),
    // Mostly the body's true encoding, sometimes another.
    ...(compression !== 'none' && random(6) !== 0 ? [`Content-Encoding: ${compression}`] : []),
    ...(random(12) === 0 ? [`Content-Encoding: ${pick(['gzip', 'br', 'identity'], random)}`] : []),
    ...(random(12) === 0 ? ['Expect: 100-continue'] : []),
    ...(random(12) === 0 ? ['Upgrade: h2c', 'Connection: Upgrade'] : []),
  ];
  const path = pick(paths, random)(random);
  const head = `${pick(methods, random)} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;
  const request = Buffer.concat([Buffer.from(head, 'latin1'), content]);
  return random(2) === 0 ? request : Buffer.from(mutate(new Uint8Array(request), random));
}
