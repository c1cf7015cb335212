import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../../../convex/_generated/api';
import type { Id } from '../../../convex/_generated/dataModel';
import type { CredentialFields, CredentialService } from '../../shared/credentials';
import { toAppError } from '../convex-client';
import { openFields } from './vault';

export interface Opened<S extends CredentialService> {
  credentialId: Id<'credentials'>;
  fields: CredentialFields[S];
}

/**
 * The active credential of an organization for a service, in the clear, for server code that calls
 * that service. Convex decides whether the caller may, and writes `purpose` into the audit log.
 * Never log the result and never send it to a browser.
 */
export async function openCredential<S extends CredentialService>(
  convex: ConvexHttpClient,
  { organizationId, service, purpose }: OpenRequest<S>,
): Promise<Opened<S>> {
  const sealed = await convex
    .mutation(api.credentials.take, { organizationId, service, purpose })
    .catch((error: unknown) => {
      throw toAppError(error);
    });
  const { credentialId, organization, recordId, envelope } = sealed;
  const fields = await openFields({ organization, service, recordId }, envelope);
  return { credentialId, fields };
}

interface OpenRequest<S extends CredentialService> {
  organizationId: Id<'organizations'>;
  service: S;
  /** What it is opened for, in a few words; goes into the audit log. */
  purpose: string;
}
