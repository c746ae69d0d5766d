import { readFileSync } from 'node:fs';
import { parse } from 'protobufjs';

/** Triton's own schema of `config.pbtxt`, which `proto/make-model-config.py` writes. */
const schema = readFileSync(new URL('../../proto/model_config.proto', import.meta.url), 'utf8');

/** The message of `config.pbtxt`. */
export const modelConfigType = parse(schema, { keepCase: true }).root.lookupType(
  'inference.ModelConfig',
);
