import onnxProto from 'onnx-proto';

const { ModelProto } = onnxProto.onnx;

/**
 * The text entries that an ONNX file carries (`metadata_props`), such as name, version and threshold of an exported model.
 *
 * @throws {Error} when the bytes are no ONNX file.
 */
export function readOnnxMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const { metadataProps } = ModelProto.decode(bytes);
  return new Map(metadataProps.map(({ key, value }) => [key ?? '', value ?? '']));
}
