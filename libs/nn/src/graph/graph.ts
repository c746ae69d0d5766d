import type { Op } from './op.js';
import { ShapeError, formatShape, type Shape } from './shape.js';

/** How a parameter is initialised. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  /** Normal with deviation `sqrt(2 / fanOut)` (He et al. 2015), as torchvision initialises convolutions. */
  | { readonly kind: 'he-normal'; readonly fanOut: number }
  | { readonly kind: 'normal'; readonly deviation: number };

/** A value of the network: a parameter, which the optimizer changes, or a buffer (running statistics), which forward passes change. */
export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** False for buffers. */
  readonly trainable: boolean;
}

/** A tensor of a network: an input, a variable, or the result of an op. */
export type Node = InputNode | VariableNode | OpNode;

/** A tensor that the caller passes in. */
export interface InputNode {
  readonly kind: 'input';
  readonly name: string;
  readonly shape: Shape;
  readonly needsGradient: false;
}

/** See {@link Variable}. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly variable: Variable;
  readonly shape: Shape;
  readonly needsGradient: boolean;
}

/** The result of an op. */
export interface OpNode {
  readonly kind: 'op';
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly shape: Shape;
  /** It depends on a trainable variable. */
  readonly needsGradient: boolean;
}

/**
 * A network as a graph of ops. Shapes are known while it is built: an op whose inputs do not fit throws at once.
 *
 * A graph is built for one batch size; the exported network takes any batch size, since its ops do not mix samples.
 */
export class Graph {
  readonly inputs: InputNode[] = [];
  readonly variables = new Map<string, VariableNode>();
  readonly #scopes: string[] = [];

  /** Declares a tensor that the caller passes in. */
  input(name: string, shape: Shape): InputNode {
    const node: InputNode = { kind: 'input', name, shape, needsGradient: false };
    this.inputs.push(node);
    return node;
  }

  /** Declares a trainable variable; its name is prefixed with the enclosing scopes. */
  parameter(name: string, shape: Shape, initializer: Initializer): VariableNode {
    return this.#variable(name, shape, initializer, true);
  }

  /** Declares a variable that forward passes update and the optimizer does not. */
  buffer(name: string, shape: Shape, initializer: Initializer): VariableNode {
    return this.#variable(name, shape, initializer, false);
  }

  /** Applies an op. @throws {ShapeError} when the inputs do not fit. */
  apply(op: Op, ...inputs: Node[]): OpNode {
    const shape = op.shape(inputs.map((input) => input.shape));
    return {
      kind: 'op',
      op,
      inputs,
      shape,
      needsGradient: op.detached !== true && inputs.some((input) => input.needsGradient),
    };
  }

  /** Prefixes the variables that `build` declares with `prefix.`, as PyTorch names those of a module. */
  scope<T>(prefix: string, build: () => T): T {
    this.#scopes.push(prefix);
    try {
      return build();
    } finally {
      this.#scopes.pop();
    }
  }

  #variable(
    name: string,
    shape: Shape,
    initializer: Initializer,
    trainable: boolean,
  ): VariableNode {
    const full = [...this.#scopes, name].join('.');
    if (this.variables.has(full)) throw new Error(`The variable "${full}" is declared twice`);
    if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError(`variable ${full}`, 'sizes of at least 1', formatShape(shape));
    }
    const node: VariableNode = {
      kind: 'variable',
      variable: { name: full, shape, initializer, trainable },
      shape,
      needsGradient: trainable,
    };
    this.variables.set(full, node);
    return node;
  }
}

/** The nodes that `outputs` depend on, each after its inputs. */
export function topologicalOrder(outputs: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: networks of a thousand layers must not overflow the call stack.
  const stack: { node: Node; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const inputs = top.node.kind === 'op' ? top.node.inputs : [];
      const input = inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}
