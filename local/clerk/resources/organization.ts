import type {
  InvitationEntity,
  MembershipEntity,
  OrganizationEntity,
  OrganizationInvitationEntity,
  UserEntity,
} from '../store/types';
import { publicUserData } from './user';
import { absoluteUrl, type View } from './view';

/** Clerk's two built-in roles and their system permissions. */
export const organizationRoles = {
  'org:admin': {
    name: 'Admin',
    permissions: [
      'org:sys_domains:manage',
      'org:sys_domains:read',
      'org:sys_memberships:manage',
      'org:sys_memberships:read',
      'org:sys_profile:delete',
      'org:sys_profile:manage',
    ],
  },
  'org:member': { name: 'Member', permissions: ['org:sys_memberships:read'] },
} as const;

export type OrganizationRole = keyof typeof organizationRoles;

export function isOrganizationRole(role: unknown): role is OrganizationRole {
  return typeof role === 'string' && Object.hasOwn(organizationRoles, role);
}

export function organizationResource(
  organization: OrganizationEntity,
  view: View,
  counts: { members?: number; pendingInvitations?: number } = {},
): Record<string, unknown> {
  return {
    object: 'organization',
    id: organization.id,
    name: organization.name,
    slug: organization.slug,
    image_url: absoluteUrl(organization.imageUrl, view),
    has_image: organization.hasImage,
    ...(counts.members !== undefined && { members_count: counts.members }),
    ...(counts.pendingInvitations !== undefined && {
      pending_invitations_count: counts.pendingInvitations,
    }),
    max_allowed_memberships: organization.maxAllowedMemberships,
    admin_delete_enabled: organization.adminDeleteEnabled,
    public_metadata: organization.publicMetadata,
    ...(view.audience === 'backend' && { private_metadata: organization.privateMetadata }),
    ...(organization.createdBy !== null && { created_by: organization.createdBy }),
    created_at: organization.createdAt,
    updated_at: organization.updatedAt,
  };
}

export function membershipResource(
  membership: MembershipEntity,
  parts: { organization: OrganizationEntity; user: UserEntity },
  view: View,
): Record<string, unknown> {
  return {
    object: 'organization_membership',
    id: membership.id,
    role: membership.role,
    ...roleFields(membership.role),
    public_metadata: membership.publicMetadata,
    ...(view.audience === 'backend' && { private_metadata: membership.privateMetadata }),
    organization: organizationResource(parts.organization, view),
    public_user_data: publicUserData(parts.user, view),
    created_at: membership.createdAt,
    updated_at: membership.updatedAt,
  };
}

function roleFields(role: string) {
  const known = isOrganizationRole(role) ? organizationRoles[role] : null;
  return { role_name: known?.name ?? role, permissions: [...(known?.permissions ?? [])] };
}

export function organizationInvitationResource(
  invitation: OrganizationInvitationEntity,
  inviter: UserEntity | null,
  view: View,
): Record<string, unknown> {
  const inviterData = inviter && {
    user_id: inviter.id,
    first_name: inviter.firstName,
    last_name: inviter.lastName,
    image_url: absoluteUrl(inviter.imageUrl, view),
    has_image: inviter.hasImage,
    identifier: publicUserData(inviter, view).identifier,
  };
  return {
    object: 'organization_invitation',
    id: invitation.id,
    email_address: invitation.emailAddress,
    role: invitation.role,
    role_name: roleFields(invitation.role).role_name,
    organization_id: invitation.organizationId,
    inviter_id: invitation.inviterId,
    public_inviter_data: inviterData,
    status: invitation.status,
    public_metadata: invitation.publicMetadata,
    ...(view.audience === 'backend' && { private_metadata: invitation.privateMetadata }),
    url: invitation.status === 'pending' ? ticketUrl(invitation, view) : null,
    expires_at: invitation.expiresAt,
    created_at: invitation.createdAt,
    updated_at: invitation.updatedAt,
  };
}

export function invitationResource(invitation: InvitationEntity, view: View) {
  return {
    object: 'invitation',
    id: invitation.id,
    email_address: invitation.emailAddress,
    public_metadata: invitation.publicMetadata,
    revoked: invitation.status === 'revoked',
    status: invitation.status,
    ...(invitation.status === 'pending' && { url: ticketUrl(invitation, view) }),
    expires_at: invitation.expiresAt,
    created_at: invitation.createdAt,
    updated_at: invitation.updatedAt,
  };
}

/** Where the link in the invitation's mail leads: Clerk's ticket endpoint, then the application. */
export function ticketUrl(
  invitation: Pick<InvitationEntity, 'ticket' | 'redirectUrl'>,
  view: Pick<View, 'url'>,
): string {
  const url = new URL('/v1/tickets/accept', view.url);
  url.searchParams.set('ticket', invitation.ticket);
  if (invitation.redirectUrl) url.searchParams.set('redirect_url', invitation.redirectUrl);
  return url.href;
}
