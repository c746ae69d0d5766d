import { oipDatatypeNames } from '@groundglass/client';
import { z } from 'zod';

/** Values that `parameters` may hold; what a parameter means is looked up where it is used. */
const parameterSchema = z.union([z.string().max(1024), z.number(), z.boolean()]);
const parametersSchema = z.record(z.string().max(256), parameterSchema);
const nameSchema = z.string().min(1).max(256);

const inferInputSchema = z.object({
  name: nameSchema,
  datatype: z.enum(oipDatatypeNames),
  shape: z.array(z.int().min(0)).max(32),
  parameters: parametersSchema
    .and(z.object({ binary_data_size: z.int().min(0).optional() }))
    .optional(),
  /** Elements in row-major order, flat or nested as the shape. Checked element by element, not by the schema. */
  data: z.array(z.unknown()).optional(),
});

const inferOutputSchema = z.object({
  name: nameSchema,
  parameters: parametersSchema
    .and(
      z.object({
        binary_data: z.boolean().optional(),
        /** How many of the highest classes to send, as texts `value:index:label`; 0 for the tensor itself. */
        classification: z.int().min(0).max(100_000).optional(),
      }),
    )
    .optional(),
});

/** `POST /v2/models/{model}/infer`: the JSON part. */
export const inferRequestSchema = z.object({
  id: z.string().max(256).optional(),
  parameters: parametersSchema
    .and(
      z.object({
        /** Microseconds after which the caller no longer needs the answer. */
        timeout: z.int().min(0).optional(),
        /** 1 is served first; 0 means the model's default. */
        priority: z.int().min(0).max(16).optional(),
        binary_data_output: z.boolean().optional(),
      }),
    )
    .optional(),
  inputs: z.array(inferInputSchema).min(1).max(64),
  outputs: z.array(inferOutputSchema).max(64).optional(),
});
