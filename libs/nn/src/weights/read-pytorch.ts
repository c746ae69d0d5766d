import { unzipSync } from 'fflate';
import { decodeTensor } from './decode-tensor.js';
import type { NamedTensor } from './named-tensors.js';
import { unpickle, type PickledName } from './unpickle.js';

/** First bytes of torch.save's older format. */
const legacyMagic = Number(0x1950a86a20f9469cfc6cn);

/** {@link decodeTensor}'s names of types, by PyTorch's storage class. */
const floats: Readonly<Record<string, string>> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
};

/** Bytes per value of each storage. Integers are no weights, but in the older format their bytes are between those of others. */
const valueBytes: Readonly<Record<string, number>> = {
  'torch.FloatStorage': 4,
  'torch.DoubleStorage': 8,
  'torch.HalfStorage': 2,
  'torch.BFloat16Storage': 2,
  'torch.LongStorage': 8,
  'torch.IntStorage': 4,
  'torch.ShortStorage': 2,
  'torch.CharStorage': 1,
  'torch.ByteStorage': 1,
  'torch.BoolStorage': 1,
};

/** A storage: the values that tensors are views of. */
interface Storage {
  readonly type: string;
  readonly key: string;
  /** Values, whatever their type. */
  readonly length: number;
}

/** A tensor before its values are read. */
class PickledTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** True for the output of `torch.save`, in its zip format or the older one. */
export function isPyTorch(bytes: Uint8Array): boolean {
  return isZip(bytes) || (bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 0x0a);
}

/**
 * Reads the floating-point tensors of a PyTorch checkpoint (`.pt`, `.pth`): a state_dict, or one inside a dict under
 * `state_dict`, `model` or another name. Removes a leading `module.` of `DataParallel`. Never runs anything that the file's pickle asks to
 * import or call: refuses everything that a state_dict does not need.
 *
 * @throws {RangeError} for a damaged file, or one that holds a whole module instead of its state_dict.
 */
export function readPyTorch(bytes: Uint8Array): Map<string, NamedTensor> {
  const { value, bytesOf } = isZip(bytes) ? readZip(bytes) : readLegacy(bytes);
  const dict = stateDict(value);
  if (!dict)
    throw new RangeError(
      'Expected a state_dict of tensors in the PyTorch file: save model.state_dict(), not the model',
    );
  const values = new Map<string, Float32Array>();
  const valuesOf = ({ key, type, length }: Storage): Float32Array => {
    const known = values.get(key);
    if (known) return known;
    const decoded = decodeTensor(`data/${key}`, floats[type]!, bytesOf(key) ?? empty, length);
    values.set(key, decoded);
    return decoded;
  };
  const tensors = new Map<string, NamedTensor>();
  for (const [name, tensor] of dict) {
    if (typeof name === 'string' && tensor instanceof PickledTensor && floats[tensor.storage.type])
      tensors.set(name.replace(/^module\./, ''), view(name, tensor, valuesOf(tensor.storage)));
  }
  return tensors;
}

const empty = new Uint8Array();

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

interface Content {
  readonly value: unknown;
  /** Bytes of a storage by its key. */
  readonly bytesOf: (key: string) => Uint8Array | undefined;
}

/** The format since PyTorch 1.6: `NAME/data.pkl`, and each storage in `NAME/data/KEY`. */
function readZip(bytes: Uint8Array): Content {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch (error) {
    throw new RangeError(
      `Expected a PyTorch file, its zip is damaged: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  const pickle = Object.keys(files).find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined)
    throw new RangeError('Expected a PyTorch file, the zip holds no data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (new TextDecoder().decode(files[`${folder}byteorder`]).trim() === 'big')
    throw new RangeError(
      'Expected a PyTorch file with little-endian values, this one is big-endian',
    );
  const { value } = unpickle(files[pickle]!, { call, persistent });
  return { value, bytesOf: (key) => files[`${folder}data/${key}`] };
}

/** The older format: magic number, version, machine, value, keys of the storages, then each storage as length and values. */
function readLegacy(bytes: Uint8Array): Content {
  const types = new Map<string, Storage>();
  let at = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(
      bytes,
      {
        call,
        persistent: (id) => {
          const storage = persistent(id);
          types.set(storage.key, storage);
          return storage;
        },
      },
      at,
    );
    at = end;
    return value;
  };
  if (next() !== legacyMagic)
    throw new RangeError('Expected a PyTorch file, its magic number is wrong');
  next();
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false)
    throw new RangeError(
      'Expected a PyTorch file with little-endian values, this one is big-endian',
    );
  const value = next();
  const keys = next();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stretches = new Map<string, Uint8Array>();
  for (const key of Array.isArray(keys) ? (keys as unknown[]) : []) {
    const storage = types.get(String(key));
    if (!storage || at + 8 > bytes.length) break;
    const length = Number(view.getBigInt64(at, true)) * valueBytes[storage.type]!;
    stretches.set(storage.key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return { value, bytesOf: (key) => stretches.get(key) };
}

/** `('storage', type, key, location, length)`, and in the older format a sixth part, which is null for a whole storage. */
function persistent(id: unknown): Storage {
  const [kind, type, key, , length, part] = Array.isArray(id) ? (id as unknown[]) : [];
  if (kind !== 'storage' || typeof length !== 'number' || (part ?? null) !== null)
    throw new RangeError('Expected a PyTorch file, it refers to something that is not a storage');
  const { qualified } = type as PickledName;
  if (valueBytes[qualified] === undefined)
    throw new RangeError(`Expected tensors of numbers in the PyTorch file, got ${qualified}`);
  return { type: qualified, key: String(key), length };
}

/** The calls that a state_dict consists of. */
function call({ qualified }: PickledName, args: readonly unknown[]): unknown {
  switch (qualified) {
    case 'collections.OrderedDict':
    case 'builtins.dict':
      return new Map((args[0] as [unknown, unknown][] | undefined) ?? []);
    case 'torch.Size':
      return args[0];
    case 'torch._utils._rebuild_parameter':
      return args[0];
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2': {
      const [storage, offset, shape, strides] = args as [Storage, number, number[], number[]];
      return new PickledTensor(storage, offset, shape, strides);
    }
    default:
      throw new RangeError(
        `Expected a state_dict, the file asks to call ${qualified}, which is not run: save model.state_dict() instead`,
      );
  }
}

function stateDict(value: unknown): Map<unknown, unknown> | undefined {
  if (!(value instanceof Map)) return undefined;
  if ([...value.values()].some((entry) => entry instanceof PickledTensor)) return value;
  const names = ['state_dict', 'model_state_dict', 'model', ...value.keys()];
  for (const name of names) {
    const found = stateDict(value.get(name));
    if (found) return found;
  }
  return undefined;
}

/** The values of a tensor, in order. */
function view(
  name: string,
  { offset, shape, strides }: PickledTensor,
  values: Float32Array,
): NamedTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const last = offset + shape.reduce((sum, length, i) => sum + (length - 1) * strides[i]!, 0);
  const sound = [count, offset, last, ...strides].every((x) => Number.isSafeInteger(x) && x >= 0);
  if (count !== 0 && (!sound || last >= values.length))
    throw new RangeError(`Expected ${count} values of "${name}", its storage has ${values.length}`);
  const data = new Float32Array(count);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    data[i] = values[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: [...shape], data };
}
