import { oipDatatypeNames } from '@groundglass/client';
import { z } from 'zod';

/** Answers of `/v2`, for the OpenAPI description and for tests that validate answers. */
const shapeSchema = z.array(z.int().min(-1));

export const serverMetadataSchema = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: z.enum(oipDatatypeNames),
  shape: shapeSchema,
});
export const modelMetadataSchema = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensorMetadataSchema),
  outputs: z.array(tensorMetadataSchema),
});

export const inferResponseSchema = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.enum(oipDatatypeNames),
      shape: shapeSchema,
      parameters: z.object({ binary_data_size: z.int().min(0) }).optional(),
      data: z.array(z.union([z.number(), z.string(), z.boolean()])).optional(),
    }),
  ),
});

const durationSchema = z.object({ count: z.int().min(0), ns: z.int().min(0) });
const computeSchema = {
  compute_input: durationSchema,
  compute_infer: durationSchema,
  compute_output: durationSchema,
};
export const modelStatisticsSchema = z.object({
  model_stats: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      last_inference: z.int().min(0),
      inference_count: z.int().min(0),
      execution_count: z.int().min(0),
      inference_stats: z.object({
        success: durationSchema,
        fail: durationSchema,
        queue: durationSchema,
        ...computeSchema,
      }),
      batch_stats: z.array(z.object({ batch_size: z.int().min(1), ...computeSchema })),
    }),
  ),
});

export const indexRequestSchema = z.object({ ready: z.boolean().default(false) });
export const repositoryIndexSchema = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    state: z.enum(['READY', 'LOADING', 'UNLOADING', 'UNAVAILABLE']),
    reason: z.string(),
  }),
);

/** `POST /v2/repository/models/{model}/load` and `/unload`; top-level fields of other servers are ignored. */
export const controlRequestSchema = z.object({
  parameters: z
    .strictObject({
      unload_dependents: z.boolean().optional(),
      config: z
        .string()
        .max(64 * 1024)
        .optional()
        .describe('a model configuration as JSON, in place of config.pbtxt'),
    })
    .optional(),
});
