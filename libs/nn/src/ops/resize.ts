import type { Op } from '../graph/op.js';
import { requireRank, ShapeError } from '../graph/shape.js';

/**
 * Bilinear resize of `[N, C, H, W]` with pixel centres at half indices (`align_corners=False`), without antialiasing: the
 * decoder's upsampling, and PyTorch's `interpolate`.
 *
 * In training it is two products with constant matrices, one per axis, so that its gradient is the products with their transposes.
 */
export function resize(rows: number, columns: number): Op {
  return {
    name: 'resize',
    costly: true,
    shape: ([x]) => {
      requireRank('resize', x!, 4);
      if (rows < 1 || columns < 1)
        throw new ShapeError('resize', 'a size of at least 1×1', `${rows}×${columns}`);
      return [x![0]!, x![1]!, rows, columns];
    },
    forward: ({ emit, inputs, shapes, mode }) => {
      const [, , h, w] = shapes[0] as [number, number, number, number];
      if (mode === 'inference') {
        const output = emit.node('Resize', [inputs[0]!, '', '', emit.integers([rows, columns])], {
          mode: 'linear',
          coordinate_transformation_mode: 'half_pixel',
          axes: [2, 3],
        });
        return { output };
      }
      const down = emit.floats(interpolation(h, rows), [rows, h]);
      const across = emit.floats(transposed(interpolation(w, columns), columns, w), [w, columns]);
      return { output: emit.matmul(down, emit.matmul(inputs[0]!, across)) };
    },
    backward: ({ emit, shapes, gradient }) => {
      const [, , h, w] = shapes[0] as [number, number, number, number];
      const down = emit.floats(transposed(interpolation(h, rows), rows, h), [h, rows]);
      const across = emit.floats(interpolation(w, columns), [columns, w]);
      return [emit.matmul(down, emit.matmul(gradient, across))];
    },
    tfjs: ({ tf, inputs: [x] }) => {
      const [n, h, w, c] = x!.shape as [number, number, number, number];
      const down = tf.tensor(interpolation(h, rows), [1, rows, h]);
      const tall = tf.matMul(down, tf.reshape(x!, [n, h, w * c]));
      const across = tf.tensor(interpolation(w, columns), [1, columns, w]);
      const wide = tf.matMul(across, tf.reshape(tall, [n * rows, w, c]));
      return tf.reshape(wide, [n, rows, columns, c]);
    },
  };
}

/** `[to, from]`: the two weights by which each result combines its neighbours. */
function interpolation(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    const high = Math.min(from - 1, low + 1);
    matrix[i * from + low]! += 1 - (at - low);
    matrix[i * from + high]! += at - low;
  }
  return matrix;
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]!;
  return result;
}
