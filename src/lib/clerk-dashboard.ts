import { runtimeConfig } from '../env';

/** Where Clerk's own dashboard shows this person. */
export function clerkUserUrl(externalId: string): string {
  const { dashboardUrl } = runtimeConfig().clerk;
  const id = encodeURIComponent(externalId);
  return dashboardUrl === undefined
    ? `https://dashboard.clerk.com/last-active?path=users/${id}`
    : `${dashboardUrl}#/users/${id}`;
}
