import { convexQuery } from '@convex-dev/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import type { Id } from '../../../convex/_generated/dataModel';

export type Credential = FunctionReturnType<typeof api.credentials.list>[number];

export function credentialsQuery(organizationId: Id<'organizations'>) {
  return convexQuery(api.credentials.list, { organizationId });
}
