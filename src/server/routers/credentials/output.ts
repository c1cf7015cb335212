import { z } from 'zod';
import { credentialOrigins, credentialServices } from '../../../shared/credentials';

/** All that ever leaves the server about a credential. */
export const credentialOutput = z.object({
  _id: z.string(),
  service: z.enum(credentialServices),
  version: z.number(),
  lastFour: z.string(),
  active: z.boolean(),
  origin: z.enum(credentialOrigins),
  createdBy: z.object({ userId: z.string(), name: z.string() }).nullable(),
  createdAt: z.number(),
  replacedAt: z.number().optional(),
  test: z.object({ at: z.number(), ok: z.boolean(), detail: z.string() }).optional(),
  usedAt: z.number().optional(),
});
