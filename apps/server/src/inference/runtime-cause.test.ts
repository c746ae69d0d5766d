import { expect, test } from 'vitest';
import { runtimeCause } from './runtime-cause.js';

/** Messages as onnxruntime-node 1.30 writes them. */
test.each([
  [
    '/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const std::function<void()>&) Unsupported model IR version: 99, max supported IR version: 13\n',
    'Unsupported model IR version: 99, max supported IR version: 13',
  ],
  [
    'Load model from /home/somebody/models/x/1/model.onnx failed: no such file',
    'Load model from model.onnx failed: no such file',
  ],
  [
    'Fatal error: my.ops:Foo(-1) is not a registered function/op',
    'Fatal error: my.ops:Foo(-1) is not a registered function/op',
  ],
])('%j', (message, expected) => {
  expect(runtimeCause(new Error(message))).toBe(expected);
});
