import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { AppError } from '../../app-error';

/** The Clerk id that an envelope is bound to; refuses who may not even read organizations. */
export async function organizationOf(convex: ConvexHttpClient, id: string): Promise<string> {
  // The shape was checked; whether it is an organization, Convex decides.
  const organizationId = id as Id<'organizations'>;
  const organization = await convex.query(api.organizations.get, { organizationId });
  if (organization === null) throw new AppError('NOT_FOUND', { field: 'organizationId' });
  return organization.externalId;
}
