import { Reader, Writer } from 'protobufjs';

/** Field numbers of onnx.proto3 that are edited; all other bytes are copied unchanged. */
const fields = {
  model: { graph: 7 },
  graph: { node: 1, input: 11, output: 12 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensor: { elementType: 1 },
} as const;
const float = 1;
const bfloat16 = 16;
/** Suffix of the name of an input or output that is FP32 for ONNX Runtime. */
const suffix = '__as_fp32';

/** The name of a bfloat16 input or output in the model that {@link castBfloat16Edges} makes. */
export const castName = (name: string): string => `${name}${suffix}`;

/**
 * ONNX Runtime for Node does not support bfloat16 inputs or outputs. Makes the named ones FP32, with a Cast after each input
 * and before each output. Every bfloat16 is exactly representable as FP32, so no value changes.
 */
export function castBfloat16Edges(model: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  return rewrite(model, (field, bytes) =>
    field === fields.model.graph ? [[field, castGraph(bytes, names)]] : undefined,
  );
}

function castGraph(graph: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  const casts: Uint8Array[] = [];
  const edited = rewrite(graph, (field, bytes) => {
    if (field !== fields.graph.input && field !== fields.graph.output) return undefined;
    const name = nameOf(bytes);
    if (!names.has(name)) return undefined;
    casts.push(
      field === fields.graph.input
        ? castNode(castName(name), name, bfloat16)
        : castNode(name, castName(name), float),
    );
    return [[field, asFloat(bytes, castName(name))]];
  });
  const writer = new Writer();
  for (const node of casts) writer.uint32(tag(fields.graph.node)).bytes(node);
  return Buffer.concat([edited, writer.finish()]);
}

function asFloat(value: Uint8Array, name: string): Uint8Array {
  return rewrite(value, (field, bytes) => {
    if (field === fields.value.name) return [[field, new TextEncoder().encode(name)]];
    if (field !== fields.value.type) return undefined;
    const type = rewrite(bytes, (inner, tensor) => {
      if (inner !== fields.type.tensor) return undefined;
      // Of a singular field that occurs twice, messages are merged and the last scalar counts.
      const element = new Writer()
        .uint32(fields.tensor.elementType << 3)
        .int32(float)
        .finish();
      return [[inner, Buffer.concat([tensor, element])]];
    });
    return [[field, type]];
  });
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5 (name 1, i 3, type 20 with INT = 2). */
function castNode(input: string, output: string, to: number): Uint8Array {
  const attribute = new Writer().uint32(tag(1)).string('to');
  attribute
    .uint32(3 << 3)
    .int64(to)
    .uint32(20 << 3)
    .int32(2);
  const node = new Writer().uint32(tag(1)).string(input).uint32(tag(2)).string(output);
  return node.uint32(tag(4)).string('Cast').uint32(tag(5)).bytes(attribute.finish()).finish();
}

function nameOf(value: Uint8Array): string {
  const reader = Reader.create(value);
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (key === tag(fields.value.name)) return reader.string();
    reader.skipType(key & 7);
  }
  return '';
}

/** The key of a length-delimited field. */
const tag = (field: number): number => (field << 3) | 2;

/** Copies a message; `edit` may replace a length-delimited field by others. */
function rewrite(
  message: Uint8Array,
  edit: (field: number, bytes: Uint8Array) => [number, Uint8Array][] | undefined,
): Uint8Array {
  const reader = Reader.create(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const key = reader.uint32();
    if ((key & 7) !== 2) {
      reader.skipType(key & 7);
      parts.push(message.subarray(start, reader.pos));
      continue;
    }
    const bytes = reader.bytes();
    const edited = edit(key >>> 3, bytes);
    if (!edited) parts.push(message.subarray(start, reader.pos));
    for (const [field, replacement] of edited ?? []) {
      parts.push(new Writer().uint32(tag(field)).bytes(replacement).finish());
    }
  }
  return Buffer.concat(parts);
}
