import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { credentialServices } from '../../../shared/credentials';
import { parseFields, sealFields } from '../../credentials/vault';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { organizationOf } from './organization';
import { credentialOutput } from './output';

const input = z.strictObject({
  organizationId: convexId,
  service: z.enum(credentialServices),
  /** As `credentialSchemas` of the service has them; values are never repeated in errors. */
  fields: z.record(z.string().max(40), z.string().max(2_000)),
});

/** Requirement E6: seals and stores; what was there before is replaced for good. */
export const store = procedure
  .meta({
    rest: {
      method: 'POST',
      path: '/api/v1/admin/clerk/store-credentials',
      tag: 'Organizations',
      summary: 'Store credentials of an organization, sealed',
      description:
        'Replaces what was there. Nothing ever shows them again but the last four characters.',
      permission: 'credentials:write',
      also: ['organizations:read'],
      output: credentialOutput,
      errors: [404],
      status: 201,
    },
  })
  .input(input)
  .output(credentialOutput)
  .mutation(async ({ ctx, input: { organizationId, service, fields } }) => {
    const organization = await organizationOf(ctx.convex, organizationId);
    const checked = parseFields(service, fields, 'INVALID_INPUT');
    const sealed = await sealFields(organization, service, checked);
    return await ctx.convex.mutation(api.credentials.store, {
      // The shape was checked; whether it is an organization, Convex decides.
      organizationId: organizationId as Id<'organizations'>,
      service,
      origin: 'entered',
      ...sealed,
    });
  });
