import type {
  ConnectionOptions,
  GroundglassClient,
  ModelSummary,
  OipClient,
} from '@groundglass/client';
import { CtError } from '@groundglass/core/errors';

/** A model as the editor lists it. */
export interface ListedModel extends Pick<ModelSummary, 'name' | 'version'> {
  /** Null where the server cannot say. */
  readonly trained: boolean | null;
}

/** A connected server, by the protocol that it speaks. */
export type ModelConnection =
  | {
      readonly kind: 'groundglass';
      readonly client: GroundglassClient;
      readonly models: readonly ListedModel[];
    }
  /** Triton, KServe or another server of the Open Inference Protocol. */
  | {
      readonly kind: 'oip';
      readonly client: OipClient;
      readonly models: readonly ListedModel[];
    };

/** Default model if the server lists none and the user has chosen none. */
const usualModel = 'groundglass';
/** Codes that do not depend on the protocol: trying another one would not help. */
const final = new Set(['CT_UNREACHABLE', 'CT_UNAUTHORIZED', 'CT_FORBIDDEN', 'CT_CANCELLED']);

/**
 * Detects which protocol a server speaks, and its models.
 *
 * @throws {CtError} `CT_UNREACHABLE`, `CT_UNAUTHORIZED`, `CT_CANCELLED`, or what the server answers to both protocols.
 */
export async function connectTo(
  options: ConnectionOptions,
  chosenModel: string | undefined,
  signal: AbortSignal,
): Promise<ModelConnection> {
  // The client loads with the first prediction, not with the extension.
  const { GroundglassClient, OipClient } = await import('@groundglass/client');
  const client = new GroundglassClient(options);
  try {
    return { kind: 'groundglass', client, models: await client.models(signal) };
  } catch (error) {
    if (!(error instanceof CtError) || final.has(error.code)) throw error;
    const oip = new OipClient(options);
    try {
      await oip.serverMetadata(signal);
    } catch {
      throw error;
    }
    return { kind: 'oip', client: oip, models: await modelsOf(oip, chosenModel, signal) };
  }
}

async function modelsOf(
  client: OipClient,
  chosenModel: string | undefined,
  signal: AbortSignal,
): Promise<ListedModel[]> {
  // An extension of the protocol: servers without it are asked for one model by name.
  const listed = await client.repositoryIndex(signal).catch(() => []);
  const models = listed.map(({ name, version = '' }) => ({ name, version, trained: null }));
  const wanted = chosenModel ?? (models.length > 0 ? undefined : usualModel);
  if (wanted === undefined || models.some(({ name }) => name === wanted)) return models;
  const { name, versions } = await client.modelMetadata(wanted, undefined, signal);
  return [{ name, version: versions?.at(-1) ?? '', trained: null }, ...models];
}
