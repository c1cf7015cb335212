import { deletedResource } from '../resources/deleted';
import {
  membershipResource,
  organizationInvitationResource,
  organizationResource,
} from '../resources/organization';
import { sessionResource } from '../resources/session';
import { userResource } from '../resources/user';
import { absoluteUrl, type View } from '../resources/view';
import type { ClerkReader } from '../store/clerk-store';
import type { Change } from '../store/sqlite-store';
import type {
  Entities,
  MembershipEntity,
  OrganizationInvitationEntity,
  SessionEntity,
  SessionStatus,
  TableName,
} from '../store/types';

export interface WebhookEvent {
  type: string;
  data: Record<string, unknown>;
}

interface Sources {
  view: View;
  /** An entity as it is now or, when this transaction deleted it, as it last was. */
  find<T extends TableName>(table: T, id: string): Entities[T] | null;
  userByEmail(email: string): { id: string } | null;
}

/** Clerk's webhooks for what one transaction did, in the order in which it did it. */
export function eventsOfChanges(
  changes: readonly Change[],
  reader: ClerkReader,
  view: View,
): WebhookEvent[] {
  const sources: Sources = {
    view,
    find: (table, id) => reader.get(table, id) ?? deletedHere(changes, table, id),
    userByEmail: (email) => reader.userByEmail(email),
  };
  return changes
    .filter((change) => change.before !== null || change.after !== null)
    .flatMap((change) => eventOf(change, sources) ?? []);
}

function deletedHere<T extends TableName>(
  changes: readonly Change[],
  table: T,
  id: string,
): Entities[T] | null {
  const change = changes.find((entry) => entry.table === table && entry.id === id);
  // The union is correlated by `table`, which the comparison above has fixed.
  return (change?.before as Entities[T] | undefined) ?? null;
}

function eventOf(change: Change, sources: Sources): WebhookEvent | null {
  switch (change.table) {
    case 'users':
      return lifecycle('user', change, {
        isQuiet: onlyQuietFields,
        full: (user) => userResource(user, sources.view),
        deleted: (user) => deletedResource('user', user),
      });
    case 'organizations':
      return lifecycle('organization', change, {
        full: (organization) => organizationResource(organization, sources.view),
        deleted: ({ id, slug }) => deletedResource('organization', { id, slug }),
      });
    case 'memberships':
      return lifecycle('organizationMembership', change, {
        full: (membership) => membershipData(membership, sources),
        deleted: (membership) => membershipData(membership, sources),
      });
    case 'sessions':
      return sessionEvent(change.before, change.after, sources);
    case 'organizationInvitations':
      return invitationEvent(change.before, change.after, sources);
    default:
      return null;
  }
}

interface Shapes<E> {
  full: (entity: E) => Record<string, unknown> | null;
  deleted: (entity: E) => Record<string, unknown> | null;
  isQuiet?: (before: E, after: E) => boolean;
}

function lifecycle<E>(
  noun: string,
  { before, after }: { before: E | null; after: E | null },
  shapes: Shapes<E>,
): WebhookEvent | null {
  if (after === null) return before && withData(`${noun}.deleted`, shapes.deleted(before));
  if (before === null) return withData(`${noun}.created`, shapes.full(after));
  if (shapes.isQuiet?.(before, after)) return null;
  return withData(`${noun}.updated`, shapes.full(after));
}

function withData(type: string, data: Record<string, unknown> | null): WebhookEvent | null {
  return data && { type, data };
}

/** The store leaves `updatedAt` alone exactly when only quiet fields changed. */
function onlyQuietFields(before: { updatedAt: number }, after: { updatedAt: number }): boolean {
  return before.updatedAt === after.updatedAt;
}

function membershipData(membership: MembershipEntity, sources: Sources) {
  const organization = sources.find('organizations', membership.organizationId);
  const user = sources.find('users', membership.userId);
  return (
    organization && user && membershipResource(membership, { organization, user }, sources.view)
  );
}

const sessionEvents: Partial<Record<SessionStatus, string>> = {
  active: 'session.created',
  pending: 'session.pending',
  ended: 'session.ended',
  removed: 'session.removed',
  revoked: 'session.revoked',
};

function sessionEvent(
  before: SessionEntity | null,
  after: SessionEntity | null,
  sources: Sources,
): WebhookEvent | null {
  const session = after ?? (before && { ...before, status: 'removed' as const });
  if (!session || (before && before.status === session.status)) return null;
  // A session that had ended was already reported; its row's removal is housekeeping.
  if (!after && before?.status !== 'active' && before?.status !== 'pending') return null;
  const type = sessionEvents[session.status];
  const user = sources.find('users', session.userId);
  if (!type || !user) return null;
  return {
    type,
    data: {
      ...sessionResource(session, sources.view.now),
      user: userResource(user, sources.view),
    },
  };
}

function invitationEvent(
  before: OrganizationInvitationEntity | null,
  after: OrganizationInvitationEntity | null,
  sources: Sources,
): WebhookEvent | null {
  if (!after || before?.status === after.status) return null;
  const inviter = after.inviterId ? sources.find('users', after.inviterId) : null;
  const data = organizationInvitationResource(after, inviter, sources.view);
  switch (after.status) {
    case 'pending':
      return { type: 'organizationInvitation.created', data };
    case 'revoked':
      return { type: 'organizationInvitation.revoked', data };
    case 'accepted':
      return acceptedEvent(after, data, sources);
    case 'expired':
      return null;
  }
}

function acceptedEvent(
  invitation: OrganizationInvitationEntity,
  data: Record<string, unknown>,
  sources: Sources,
): WebhookEvent | null {
  const user = sources.userByEmail(invitation.emailAddress);
  const organization = sources.find('organizations', invitation.organizationId);
  if (!user || !organization) return null;
  const publicData = {
    id: organization.id,
    name: organization.name,
    slug: organization.slug,
    image_url: absoluteUrl(organization.imageUrl, sources.view),
    has_image: organization.hasImage,
  };
  return {
    type: 'organizationInvitation.accepted',
    data: { ...data, user_id: user.id, data: { public_organization_data: publicData } },
  };
}
