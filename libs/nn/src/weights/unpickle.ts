/** A Python class or function that a pickle names, by module and name; never called here. */
export class PickledName {
  constructor(readonly qualified: string) {}
}

/** How names that a pickle mentions become values. */
export interface PickleReader {
  /** The value of `callee(...args)`. @throws {RangeError} for an unexpected callee. */
  call(callee: PickledName, args: readonly unknown[]): unknown;
  /** The value of an object that the pickle refers to by its writer's id. */
  persistent(id: unknown): unknown;
}

/** Most objects that one pickle may hold; a file of a million weights has about ten million. */
const mostObjects = 50_000_000;

const mark = Symbol('mark');

/**
 * Reads one pickle of protocols 2 to 5 as data: numbers, strings, lists (as arrays), tuples (as arrays) and dicts (as `Map`). A
 * pickle is a program for a small stack machine, which in Python may import and call anything; here the reader handles each call and accepts
 * only the few that a file of weights needs.
 *
 * @param start of the pickle among the bytes.
 * @returns the value, and the offset after the pickle: files may hold several.
 * @throws {RangeError} for bytes that are no pickle, end early, or use an instruction that files of weights do not.
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py for the instructions
 */
export function unpickle(
  bytes: Uint8Array,
  reader: PickleReader,
  start = 0,
): { readonly value: unknown; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = start;
  let objects = 0;

  const take = (count: number): number => {
    const from = at;
    if (!(count >= 0) || from + count > bytes.length)
      throw new RangeError(`Expected a pickle, it ends within an instruction at byte ${from}`);
    at += count;
    return from;
  };
  const pop = (): unknown => {
    if (stack.length === 0)
      throw new RangeError(`Expected a pickle, its stack is empty at byte ${at}`);
    return stack.pop();
  };
  const push = (value: unknown) => {
    if (++objects > mostObjects)
      throw new RangeError(`Expected a pickle of at most ${mostObjects} objects`);
    stack.push(value);
  };
  const top = (): unknown => stack.at(-1);
  const sinceMark = (): unknown[] => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) throw new RangeError(`Expected a pickle, a mark is missing at byte ${at}`);
    const values = stack.splice(from);
    values.shift();
    return values;
  };
  const text = (length: number): string => {
    const from = take(length);
    return new TextDecoder().decode(bytes.subarray(from, from + length));
  };
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new RangeError(`Expected a pickle, a line does not end after byte ${at}`);
    const value = text(end - at);
    at++;
    return value;
  };
  const size64 = (): number => {
    const size = view.getBigUint64(take(8), true);
    if (size > BigInt(bytes.length))
      throw new RangeError(`Expected a pickle, a value of ${size} bytes begins at byte ${at}`);
    return Number(size);
  };
  const recall = (key: number) => {
    if (!memo.has(key))
      throw new RangeError(`Expected a pickle, it reads memo entry ${key}, which was never stored`);
    push(memo.get(key));
  };
  const list = (value: unknown): unknown[] => {
    if (!Array.isArray(value)) throw new RangeError(`Expected a list in the pickle at byte ${at}`);
    return value;
  };
  const fill = (target: unknown, pairs: readonly unknown[]) => {
    if (!(target instanceof Map) || pairs.length % 2 !== 0)
      throw new RangeError(`Expected a dict in the pickle at byte ${at}`);
    for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  };
  const tuple = (count: number) => {
    const values = Array.from({ length: count }, pop).reverse();
    push(values);
  };
  const name = (value: unknown): PickledName => {
    if (!(value instanceof PickledName))
      throw new RangeError(`Expected a name to call in the pickle at byte ${at}`);
    return value;
  };

  for (;;) {
    const opcode = bytes[take(1)]!;
    switch (opcode) {
      case 0x80: // PROTO
        if (bytes[take(1)]! > 5) throw new RangeError('Expected a pickle of protocol 2 to 5');
        break;
      case 0x95: // FRAME
        take(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: at };
      case 0x28: // MARK
        push(mark);
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x4e: // NONE
        push(null);
        break;
      case 0x88: // NEWTRUE
        push(true);
        break;
      case 0x89: // NEWFALSE
        push(false);
        break;
      case 0x4a: // BININT
        push(view.getInt32(take(4), true));
        break;
      case 0x4b: // BININT1
        push(view.getUint8(take(1)));
        break;
      case 0x4d: // BININT2
        push(view.getUint16(take(2), true));
        break;
      case 0x8a: {
        // LONG1
        const length = bytes[take(1)]!;
        const from = take(length);
        push(littleEndian(bytes.subarray(from, from + length)));
        break;
      }
      case 0x47: // BINFLOAT
        push(view.getFloat64(take(8), false));
        break;
      case 0x58: // BINUNICODE
        push(text(view.getUint32(take(4), true)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        push(text(bytes[take(1)]!));
        break;
      case 0x8d: // BINUNICODE8
        push(text(size64()));
        break;
      case 0x54: // BINSTRING
        push(text(view.getUint32(take(4), true)));
        break;
      case 0x55: // SHORT_BINSTRING
        push(text(bytes[take(1)]!));
        break;
      case 0x42: // BINBYTES
      case 0x43: {
        // SHORT_BINBYTES
        const length = opcode === 0x42 ? view.getUint32(take(4), true) : bytes[take(1)]!;
        const from = take(length);
        push(bytes.slice(from, from + length));
        break;
      }
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        push([]);
        break;
      case 0x7d: // EMPTY_DICT
        push(new Map());
        break;
      case 0x61: {
        // APPEND
        const value = pop();
        list(top()).push(value);
        break;
      }
      case 0x65: // APPENDS
      case 0x90: {
        // ADDITEMS
        const values = sinceMark();
        const target = list(top());
        for (const value of values) target.push(value);
        break;
      }
      case 0x73: {
        // SETITEM
        const value = pop();
        const key = pop();
        fill(top(), [key, value]);
        break;
      }
      case 0x75: {
        // SETITEMS
        const pairs = sinceMark();
        fill(top(), pairs);
        break;
      }
      case 0x74: // TUPLE
      case 0x6c: // LIST
        push(sinceMark());
        break;
      case 0x64: {
        // DICT
        const pairs = sinceMark();
        push(new Map());
        fill(top(), pairs);
        break;
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        tuple(opcode - 0x84);
        break;
      case 0x71: // BINPUT
        memo.set(bytes[take(1)]!, top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        recall(bytes[take(1)]!);
        break;
      case 0x6a: // LONG_BINGET
        recall(view.getUint32(take(4), true));
        break;
      case 0x63: // GLOBAL
        push(new PickledName(`${line()}.${line()}`));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const own = pop();
        push(new PickledName(`${String(pop())}.${String(own)}`));
        break;
      }
      case 0x51: // BINPERSID
        push(reader.persistent(pop()));
        break;
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const args = list(pop());
        push(reader.call(name(pop()), args));
        break;
      }
      case 0x62: // BUILD
        // The state of an object, such as a state_dict's _metadata: not needed for weights.
        pop();
        break;
      default:
        throw new RangeError(
          `Expected a pickle of weights, byte ${at - 1} is the instruction 0x${opcode.toString(16)}`,
        );
    }
  }
}

/** A signed integer of any length, as a number. */
function littleEndian(bytes: Uint8Array): number {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return Number(bytes.length > 0 ? BigInt.asIntN(bytes.length * 8, value) : 0n);
}
