import type { Graph } from '../graph/graph.js';
import { sizeOf } from '../graph/shape.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/**
 * Initialises the variables of a graph: from `given` if it has a tensor of the name, else as the variable says, from a stream that
 * depends only on the seed and the variable's name.
 *
 * @throws {RangeError} when a given tensor has another shape.
 */
export function initialise(
  graph: Graph,
  seed: number,
  given: NamedTensors = new Map(),
): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  for (const { variable } of graph.variables.values()) {
    const { name, shape, initializer } = variable;
    const known = given.get(name);
    if (known) {
      if (known.shape.join() !== shape.join()) {
        throw new RangeError(
          `Expected ${name} of shape ${shape.join('×')}, got ${known.shape.join('×')}`,
        );
      }
      tensors.set(name, known);
      continue;
    }
    const data = new Float32Array(sizeOf(shape));
    if (initializer.kind === 'ones') data.fill(1);
    if (initializer.kind === 'he-normal' || initializer.kind === 'normal') {
      const deviation =
        initializer.kind === 'normal' ? initializer.deviation : Math.sqrt(2 / initializer.fanOut);
      fillNormal(data, deviation, seed ^ hashName(name));
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/** Normal numbers by Box and Muller (1958) from the counter-based generator {@link uniformAt}. */
function fillNormal(data: Float32Array, deviation: number, seed: number): void {
  for (let i = 0; i < data.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(seed, 2 * i)));
    data[i] = deviation * radius * Math.cos(2 * Math.PI * uniformAt(seed, 2 * i + 1));
  }
}

/** A uniform number in [0, 1) that depends only on seed and position. */
export function uniformAt(seed: number, position: number): number {
  let x = (seed ^ Math.imul(position, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  x = Math.imul(x ^ (x >>> 15) ^ position, 0x2c1b3c6d);
  return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
}

function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}
