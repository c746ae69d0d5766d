import { joinBytesElements, decodeTensor } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { readRef } from '../tensors/byte-ref.js';
import type { Tensor } from '../tensors/tensor.js';

/**
 * An output as its highest classes, as in the protocol's classification extension: for each row `count` texts
 * `value:index` or `value:index:label`, the highest first; a tie goes to the lower index.
 *
 * @param batched whether the first dimension counts rows; else the whole tensor is one.
 * @param labels of the classes, where the model names them.
 * @throws {CtError} `CT_BAD_REQUEST` for an output of text.
 */
export async function classify(
  tensor: Tensor,
  count: number,
  batched: boolean,
  labels: readonly string[],
): Promise<Tensor> {
  const { name, datatype, shape } = tensor;
  if (datatype === 'BYTES' || datatype === 'BOOL' || datatype === 'FP16' || datatype === 'BF16') {
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected numbers for a classification of "${name}", got ${datatype}`,
    );
  }
  const decoded = decodeTensor(name, datatype, shape, await readRef(tensor.data));
  const values = Array.from(decoded.data as ArrayLike<number | bigint>);
  const rows = batched ? (shape[0] ?? 1) : 1;
  const classes = rows === 0 ? 0 : values.length / rows;
  const most = Math.min(count, classes);
  const encoder = new TextEncoder();
  const texts = Array.from({ length: rows }, (_, row) => {
    const own = values.slice(row * classes, (row + 1) * classes);
    return [...own.keys()]
      .sort((a, b) => (own[a] === own[b] ? a - b : own[a]! < own[b]! ? 1 : -1))
      .slice(0, most)
      .map((index) => encoder.encode(formatClass(own[index]!, index, labels[index])));
  });
  return {
    name,
    datatype: 'BYTES',
    shape: batched ? [rows, most] : [most],
    data: joinBytesElements(texts.flat()),
  };
}

/** Numbers with six decimals, as Triton's C++ writes them. */
function formatClass(value: number | bigint, index: number, label: string | undefined): string {
  const text = typeof value === 'bigint' ? String(value) : value.toFixed(6);
  return [text, index, ...(label === undefined ? [] : [label])].join(':');
}
