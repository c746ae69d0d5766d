import { describe, expect, test } from 'vitest';
import { OipClient } from './oip-client.js';
import type { OipTensor } from './oip-tensor.js';
import { json, serve } from './serve.fixture.js';

/** A response as Triton writes it: JSON header, then the outputs' bytes one after another. */
function binaryAnswer(
  outputs: { name: string; datatype: string; shape: number[]; bytes: Buffer }[],
) {
  const header = Buffer.from(
    JSON.stringify({
      model_name: 'm',
      model_version: '1',
      outputs: outputs.map(({ bytes, ...output }) => ({
        ...output,
        parameters: { binary_data_size: bytes.length },
      })),
    }),
  );
  const body = Buffer.concat([header, ...outputs.map(({ bytes }) => bytes)]);
  return { header, body };
}

describe('OipClient', () => {
  test('infer sends the header and the raw bytes, and reads every output', async () => {
    const text = Buffer.from([2, 0, 0, 0, 0x68, 0x69]); // length 2, "hi"
    const { header, body } = binaryAnswer([
      {
        name: 'Y',
        datatype: 'FP32',
        shape: [2],
        bytes: Buffer.from([0, 0, 128, 63, 0, 0, 0, 192]),
      },
      { name: 'T', datatype: 'BYTES', shape: [1], bytes: text },
    ]);
    await using server = await serve((response) => {
      response.setHeader('inference-header-content-length', header.length);
      response.end(body);
    });
    const inputs: OipTensor[] = [
      { name: 'X', datatype: 'INT64', shape: [1], data: BigInt64Array.of(-2n) },
      { name: 'S', datatype: 'BYTES', shape: [1], data: [new Uint8Array([0x68, 0x69])] },
    ];
    const answer = await new OipClient(server).infer({ model: 'a b', inputs, timeoutMs: 5 });
    // IEEE 754: 0x3f800000 is 1, 0xc0000000 is -2.
    expect(answer.outputs).toEqual([
      { name: 'Y', datatype: 'FP32', shape: [2], data: Float32Array.of(1, -2) },
      { name: 'T', datatype: 'BYTES', shape: [1], data: [new Uint8Array([0x68, 0x69])] },
    ]);
    const [request] = server.requests;
    expect(request!.url).toBe('/v2/models/a%20b/infer');
    const length = Number(request!.headers['inference-header-content-length']);
    expect(JSON.parse(request!.body.subarray(0, length).toString())).toEqual({
      parameters: { binary_data_output: true, timeout: 5000 },
      inputs: [
        { name: 'X', datatype: 'INT64', shape: [1], parameters: { binary_data_size: 8 } },
        { name: 'S', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 6 } },
      ],
    });
    // -2 in two's complement, then the text with its length.
    expect([...request!.body.subarray(length)]).toEqual([
      0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0x68, 0x69,
    ]);
  });

  test('a server without the binary extension answers in JSON', async () => {
    await using server = await serve((response) => {
      json(response, 200, {
        model_name: 'm',
        outputs: [
          { name: 'Y', datatype: 'FP32', shape: [1, 2], data: [[1, -2]] },
          { name: 'T', datatype: 'BYTES', shape: [1], data: ['hi'] },
        ],
      });
    });
    const { outputs } = await new OipClient(server).infer({ model: 'm', inputs: [] });
    expect(outputs.map(({ data }) => data)).toEqual([
      Float32Array.of(1, -2),
      [new Uint8Array([0x68, 0x69])],
    ]);
  });

  test('scoreSlice adds the batch and returns probability and mask', async () => {
    const { header, body } = binaryAnswer([
      { name: 'probability', datatype: 'FP32', shape: [1, 1], bytes: Buffer.from([0, 0, 0, 63]) },
      { name: 'mask', datatype: 'FP32', shape: [1, 1, 1, 2], bytes: Buffer.alloc(8) },
    ]);
    await using server = await serve((response) => {
      response.setHeader('inference-header-content-length', header.length);
      response.end(body);
    });
    const score = await new OipClient(server).scoreSlice('m', {
      data: new Float32Array(6),
      shape: [1, 2, 3],
    });
    expect(score).toEqual({
      probability: 0.5,
      mask: { columns: 2, rows: 1, data: new Float32Array(2) },
      distance: null,
    });
    expect(server.requests[0]!.body.toString()).toContain('"shape":[1,1,2,3]');
  });

  test.each([
    ['no outputs', {}, Buffer.from('{}')],
    [
      'a data type that the protocol lacks',
      {},
      Buffer.from(
        '{"model_name":"m","outputs":[{"name":"Y","datatype":"FP99","shape":[1],"data":[1]}]}',
      ),
    ],
    [
      'fewer elements than its shape',
      {},
      Buffer.from(
        '{"model_name":"m","outputs":[{"name":"Y","datatype":"FP32","shape":[2],"data":[1]}]}',
      ),
    ],
    [
      'a header longer than the answer',
      { 'inference-header-content-length': '9' },
      Buffer.from('{}'),
    ],
    [
      'outputs that end too early',
      { 'inference-header-content-length': String(binaryAnswer(short()).header.length) },
      binaryAnswer(short()).header,
    ],
    [
      'a shape that does not fit its bytes',
      { 'inference-header-content-length': String(binaryAnswer(misfit()).header.length) },
      binaryAnswer(misfit()).body,
    ],
  ])('an answer with %s is CT_CORRUPT', async (_, headers, body) => {
    await using server = await serve((response) => response.writeHead(200, headers).end(body));
    await expect(new OipClient(server).infer({ model: 'm', inputs: [] })).rejects.toMatchObject({
      code: 'CT_CORRUPT',
    });
  });

  test('errors of other servers get a code by their status', async () => {
    await using server = await serve((response) => {
      json(response, 400, { error: 'unexpected shape for input' });
    });
    await expect(new OipClient(server).modelMetadata('m', '2')).rejects.toMatchObject({
      code: 'CT_BAD_REQUEST',
      message: 'unexpected shape for input',
    });
    expect(server.requests[0]!.url).toBe('/v2/models/m/versions/2');
  });
});

function short() {
  return [{ name: 'Y', datatype: 'FP32', shape: [1], bytes: Buffer.alloc(4) }];
}
function misfit() {
  return [{ name: 'Y', datatype: 'FP32', shape: [3], bytes: Buffer.alloc(4) }];
}
