import { newId } from '../ids';
import type { ClerkTransaction } from '../store/clerk-store';
import type { MembershipEntity, OrganizationEntity } from '../store/types';

/** Clerk's default for organizations without a plan. */
const membershipsMaxDefault = 5;

export function newOrganization(
  now: number,
  fields: Pick<OrganizationEntity, 'name' | 'slug'> & Partial<OrganizationEntity>,
): OrganizationEntity {
  const id = newId('organization', now);
  return {
    id,
    imageUrl: `/images/avatars/${id}.svg`,
    hasImage: false,
    maxAllowedMemberships: membershipsMaxDefault,
    adminDeleteEnabled: true,
    publicMetadata: {},
    privateMetadata: {},
    createdBy: null,
    createdAt: now,
    updatedAt: now,
    ...fields,
  };
}

export function newMembership(
  now: number,
  fields: Pick<MembershipEntity, 'organizationId' | 'userId' | 'role'> & Partial<MembershipEntity>,
): MembershipEntity {
  return {
    id: newId('membership', now),
    publicMetadata: {},
    privateMetadata: {},
    createdAt: now,
    updatedAt: now,
    ...fields,
  };
}

/** Deletes an organization with its memberships and invitations. */
export function deleteOrganization(tx: ClerkTransaction, organizationId: string): void {
  for (const membership of tx.find('memberships', { organizationId })) {
    tx.remove('memberships', membership.id);
  }
  for (const invitation of tx.find('organizationInvitations', { organizationId })) {
    tx.remove('organizationInvitations', invitation.id);
  }
  tx.remove('organizations', organizationId);
}
