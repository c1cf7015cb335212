import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import type { Id } from '../../../convex/_generated/dataModel';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import type { OrganizationSearch, OrganizationsSearch } from './search';

export type OrganizationRow = FunctionReturnType<typeof api.organizations.list>['page'][number];
export type MemberRow = FunctionReturnType<typeof api.organizations.members>['page'][number];

const rowsPerPage = 25;

/** Entries of its history that the page of an organization shows; the audit page has the rest. */
const historyLength = 10;

// Ids come from the address; of which table they are, Convex decides.
const idOf = (id: string) => id as Id<'organizations'>;

export function organizationsQuery({ q, status, cursor }: OrganizationsSearch) {
  return convexQuery(api.organizations.list, {
    paginationOpts: { numItems: rowsPerPage, cursor: cursor ?? null },
    ...(q && { search: q }),
    ...(status && { status }),
  });
}

export function organizationQuery(id: string) {
  return convexQuery(api.organizations.get, { organizationId: id });
}

export function membersQuery(id: string, { members, cursor }: OrganizationSearch) {
  return convexQuery(api.organizations.members, {
    organizationId: idOf(id),
    paginationOpts: { numItems: rowsPerPage, cursor: cursor ?? null },
    ...(members && { status: members }),
  });
}

export function historyQuery(externalId: string) {
  return convexQuery(api.audit.list, {
    target: `organization:${externalId}`,
    paginationOpts: { numItems: historyLength, cursor: null },
  });
}

function mayRead(queryClient: QueryClient): boolean {
  const viewer = loadedViewer(queryClient);
  return viewer ? canSometimes(actorOf(viewer), 'organizations:read') : false;
}

export async function loadOrganizations(
  queryClient: QueryClient,
  search: OrganizationsSearch,
): Promise<void> {
  if (!mayRead(queryClient)) return;
  const loading = queryClient.prefetchQuery(organizationsQuery(search));
  if (typeof window === 'undefined') await loading;
}

export async function loadOrganization(
  queryClient: QueryClient,
  id: string,
  search: OrganizationSearch,
): Promise<void> {
  if (!mayRead(queryClient)) return;
  const loading = Promise.all([
    queryClient.prefetchQuery(organizationQuery(id)),
    queryClient.prefetchQuery(membersQuery(id, search)),
  ]);
  if (typeof window === 'undefined') await loading;
}
