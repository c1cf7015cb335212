import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import {
  credentialServiceInfo,
  credentialServices,
  fernetTokenLengthMax,
  type CredentialService,
} from '../../../shared/credentials';
import { AppError } from '../../app-error';
import { readFernet } from '../../credentials/fernet';
import { parseFields, sealFields } from '../../credentials/vault';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { organizationOf } from './organization';
import { credentialOutput } from './output';

const input = z.strictObject({
  organizationId: convexId,
  service: z.enum(credentialServices),
  token: z.string().min(1).max(fernetTokenLengthMax),
  /** The key of the older system: used for this import and then forgotten. */
  key: z.string().min(1).max(100),
  /** For a token that holds the bare secret: the other fields. */
  fields: z.record(z.string().max(40), z.string().max(2_000)).default({}),
});

/** Requirement E6: takes over a credential that the older system sealed with Fernet. */
export const importFernet = procedure
  .input(input)
  .output(credentialOutput)
  .mutation(async ({ ctx, input: { organizationId, service, token, key, fields } }) => {
    const organization = await organizationOf(ctx.convex, organizationId);
    const text = await readFernet(token, key);
    if (text === undefined) throw new AppError('FERNET_UNREADABLE');
    const checked = parseFields(
      service,
      { ...fields, ...held(service, text) },
      'FERNET_UNREADABLE',
    );
    const sealed = await sealFields(organization, service, checked);
    return await ctx.convex.mutation(api.credentials.store, {
      // The shape was checked; whether it is an organization, Convex decides.
      organizationId: organizationId as Id<'organizations'>,
      service,
      origin: 'fernet',
      ...sealed,
    });
  });

/** What a token held: all fields as a JSON object, or the secret alone. */
function held(service: CredentialService, text: string): Record<string, string> {
  const { fields, secretField } = credentialServiceInfo[service];
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return { [secretField]: text.trim() };
  const known = fields.flatMap(({ name }) => {
    const field = (value as Record<string, unknown>)[name];
    // An account id may be a number there; whatever else it is, the schema refuses.
    if (typeof field !== 'string' && typeof field !== 'number') return [];
    return [[name, String(field)] as const];
  });
  return Object.fromEntries(known);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
