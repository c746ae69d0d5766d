/** Inputs of the model `echo`. */
export const echoInputs = [
  { name: 'TEXT', datatype: 'BYTES', shape: [1, 2], data: ['lung', 'Größe "1"'] },
  { name: 'WHOLE', datatype: 'INT64', shape: [1, 1], data: [-7] },
  { name: 'FLOAT', datatype: 'FP32', shape: [1, 3], data: [[0.5, -1.25, 1e10]] },
];

/** The input of the model `lesion-rule`: one pixel. */
export const image = { name: 'image', datatype: 'FP32', shape: [1, 1, 1, 1], data: [0.5] };

/** The fault, the model, the body, and what the answer must contain. */
export const wrongInferRequests: readonly [string, string, unknown, string][] = [
  ['text that is no JSON', 'lesion-rule', '{', 'Expected JSON, the text cannot be parsed'],
  ['no inputs', 'lesion-rule', {}, '"inputs"'],
  ['an empty list of inputs', 'lesion-rule', { inputs: [] }, '"inputs"'],
  [
    'an input of another name',
    'lesion-rule',
    { inputs: [{ ...image, name: 'x' }] },
    'Expected inputs "image", got "x"',
  ],
  ['an input twice', 'lesion-rule', { inputs: [image, image] }, 'got "image" twice'],
  [
    'text with NUL, which ONNX Runtime would cut',
    'echo',
    { inputs: [{ ...echoInputs[0], data: ['a', '\0z'] }, ...echoInputs.slice(1)] },
    'Expected text without NUL characters in "TEXT"',
  ],
  ['a missing input', 'echo', { inputs: echoInputs.slice(0, 2) }, '"FLOAT" is missing'],
  [
    'another datatype',
    'lesion-rule',
    { inputs: [{ ...image, datatype: 'FP64' }] },
    'Expected FP32 for "image", got FP64',
  ],
  [
    'a datatype that is none',
    'lesion-rule',
    { inputs: [{ ...image, datatype: 'FP8' }] },
    'datatype',
  ],
  [
    'too few elements',
    'lesion-rule',
    { inputs: [{ ...image, shape: [1, 1, 2, 2] }] },
    'Expected 4 elements for "image" of shape [1, 1, 2, 2], got 1',
  ],
  [
    'too many elements',
    'lesion-rule',
    { inputs: [{ ...image, data: [1, 2] }] },
    'Expected 1 elements',
  ],
  [
    'a shape of another rank',
    'lesion-rule',
    { inputs: [{ ...image, shape: [1, 1] }] },
    'Expected shape [-1, 1, -1, -1] for "image", got [1, 1]',
  ],
  [
    'a wrong channel',
    'lesion-rule',
    { inputs: [{ ...image, shape: [1, 3, 1, 1], data: [1, 2, 3] }] },
    'Expected shape',
  ],
  [
    'a negative dimension',
    'lesion-rule',
    { inputs: [{ ...image, shape: [1, 1, -1, 1] }] },
    'shape',
  ],
  [
    'a shape whose product overflows',
    'lesion-rule',
    { inputs: [{ ...image, shape: [1, 1, 2 ** 31, 2 ** 31] }] },
    'fewer than 2^40 elements',
  ],
  [
    'a shape whose product overflows 2^64',
    'lesion-rule',
    { inputs: [{ ...image, shape: Array(4).fill(2 ** 52) }] },
    'fewer than 2^40 elements',
  ],
  [
    'a batch larger than allowed',
    'lesion-rule',
    { inputs: [{ ...image, shape: [9, 1, 1, 1], data: Array(9).fill(0) }] },
    'Expected a batch of 1 to 8, got 9',
  ],
  [
    'an empty batch',
    'lesion-rule',
    { inputs: [{ ...image, shape: [0, 1, 1, 1], data: [] }] },
    'Expected a batch of 1 to 8, got 0',
  ],
  [
    'a size of 0 that the model cannot take',
    'lesion-rule',
    { inputs: [{ ...image, shape: [1, 1, 0, 2], data: [] }] },
    'Expected sizes from 1 for this model, got "image" of [1, 1, 0, 2]',
  ],
  [
    'a string for a number',
    'lesion-rule',
    { inputs: [{ ...image, data: ['x'] }] },
    'Expected a number in "image" of FP32, got "x"',
  ],
  [
    'a number for a string',
    'echo',
    { inputs: [{ ...echoInputs[0], data: [1, 2] }, ...echoInputs.slice(1)] },
    'Expected a string',
  ],
  [
    'a fraction for a whole number',
    'echo',
    { inputs: [echoInputs[0], { ...echoInputs[1], data: [0.5] }, echoInputs[2]] },
    'Expected a whole number',
  ],
  [
    'both data and binary data',
    'lesion-rule',
    { inputs: [{ ...image, parameters: { binary_data_size: 4 } }] },
    'Expected either "data" or "binary_data_size"',
  ],
  [
    'binary data that is not there',
    'lesion-rule',
    { inputs: [{ ...image, data: undefined, parameters: { binary_data_size: 4 } }] },
    'Expected 4 bytes of binary data up to "image", got 0',
  ],
  [
    'an output of another name',
    'lesion-rule',
    { inputs: [image], outputs: [{ name: 'y' }] },
    'got "y"',
  ],
  [
    'an output twice',
    'lesion-rule',
    { inputs: [image], outputs: [{ name: 'mask' }, { name: 'mask' }] },
    'twice',
  ],
  [
    'shared memory',
    'lesion-rule',
    { inputs: [{ ...image, parameters: { shared_memory_region: 'a' } }] },
    'does not support that extension',
  ],
  ['nesting of 101', 'lesion-rule', `{"inputs":${'['.repeat(100)}`, 'nested at most 100 deep'],
  ['bytes that are no UTF-8', 'lesion-rule', Uint8Array.of(0x22, 0xff, 0x22), 'Expected JSON'],
];
