import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { credentialServices } from '../../../shared/credentials';
import { openCredential } from '../../credentials/open';
import { testConnection } from '../../credentials/test-connection';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ organizationId: convexId, service: z.enum(credentialServices) });
const output = z.object({ ok: z.boolean(), detail: z.string() });

/** Asks the service whether the stored credential works. The answer is about it, never of it. */
export const test = procedure
  .input(input)
  .output(output)
  .mutation(async ({ ctx, input: { organizationId, service } }) => {
    const { credentialId, fields } = await openCredential(ctx.convex, {
      // The shape was checked; whether it is an organization, Convex decides.
      organizationId: organizationId as Id<'organizations'>,
      service,
      purpose: 'test of the connection',
    });
    const result = await testConnection(service, fields);
    await ctx.convex.mutation(api.credentials.recordTested, { credentialId, ...result });
    return result;
  });
