import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { userSorts } from '../src/shared/people';
import { defaultRole } from '../src/shared/roles';
import { internalMutation, mutation, publicMutation, publicQuery, query } from './functions';
import {
  getCurrentUser,
  hasAccess,
  isApiToken,
  requirePermission,
  requireSome,
  requireSometimes,
} from './model/access';
import { applyClerkUser } from './model/applyClerkUser';
import {
  deactivate as deactivateUser,
  reactivate as reactivateUser,
  remove as removeUser,
} from './model/changeAccess';
import { changeName } from './model/changeName';
import {
  changeRole,
  dismissPush as dismissPushOf,
  retryPush as retryPushOf,
} from './model/changeRole';
import { countUsers } from './model/countUsers';
import { readCounts } from './model/counters';
import { byCaller, byClerk } from './model/cause';
import { deleteClerkUser } from './model/deleteClerkUser';
import { fail } from './model/errors';
import { resolveUser, userPermissions } from './model/findUser';
import {
  invitationPageArgs,
  invitationView,
  invite as inviteByEmail,
  pageOfInvitations,
  requireMayInvite,
  revoke,
  toInvitationView,
} from './model/invitations';
import { listDirectory, listUsers } from './model/listing';
import { listMemberships, personMembershipView } from './model/organizationListing';
import { limitCaller } from './model/pools';
import { signIn } from './model/signIn';
import { accessTarget, targetOf } from './model/target';
import { clerkUserValidator, roleValidator, userFilter } from './model/validators';
import {
  adminUser,
  currentUser,
  directoryEntry,
  peopleStats,
  toAdminUser,
  toCurrentUser,
  toDirectoryEntry,
} from './model/views';

/** The caller's row, also while deactivated, so that the page can say so; null when there is none. */
export const current = publicQuery({
  args: {},
  returns: v.union(currentUser, v.null()),
  handler: async (ctx) => {
    const row = await getCurrentUser(ctx);
    const gone = row === null || row.deletedAt !== undefined || row.heldDeletionAt !== undefined;
    return gone ? null : toCurrentUser(row);
  },
});

/** The caller's role; null when the caller may do nothing. */
export const getUserRole = publicQuery({
  args: {},
  returns: v.union(roleValidator, v.null()),
  handler: async (ctx) => {
    const row = await getCurrentUser(ctx);
    return row !== null && hasAccess(row) ? row.role : null;
  },
});

/** Called once per sign-in: makes sure that the caller has a row (B7). */
export const store = publicMutation({
  args: {},
  returns: currentUser,
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (identity === null) fail('UNAUTHENTICATED');
    // A token acts for somebody who signed in long ago; its subject is nobody's Clerk id.
    if (isApiToken(identity)) fail('FORBIDDEN');
    await limitCaller(ctx, 'store', identity.subject);
    return toCurrentUser(await signIn(ctx, identity, Date.now()));
  },
});

/**
 * Who works here: active people by name, for everyone who is one of them. `name` is how names begin;
 * addresses, which not everybody may see, are never looked at.
 */
export const directory = query({
  args: {
    paginationOpts: paginationOptsValidator,
    name: v.optional(v.string()),
    from: v.optional(v.string()),
  },
  returns: paginationResultValidator(directoryEntry),
  handler: async (ctx, args) => {
    requirePermission(ctx.actor, 'directory:read');
    const page = await listDirectory(ctx, args);
    return { ...page, page: page.page.map(toDirectoryEntry) };
  },
});

/**
 * The people table. Without `state`: everyone who is not deleted. A search ranks by relevance, `sync`
 * lists by name. The first page starts at the place of `from`; the others have their cursors.
 */
export const list = query({
  args: {
    paginationOpts: paginationOptsValidator,
    ...userFilter.fields,
    from: v.optional(v.string()),
    sort: v.optional(v.union(...userSorts.map((sort) => v.literal(sort)))),
    order: v.optional(v.union(v.literal('asc'), v.literal('desc'))),
  },
  returns: paginationResultValidator(adminUser),
  handler: async (ctx, args) => {
    requirePermission(ctx.actor, 'users:read');
    const page = await listUsers(ctx, args);
    return { ...page, page: page.page.map(toAdminUser) };
  },
});

/** How many a list has: counted where a counter knows it, else looked at up to a bound. */
export const count = query({
  args: userFilter.fields,
  returns: v.object({ count: v.number(), exact: v.boolean() }),
  handler: async (ctx, filter) => {
    requirePermission(ctx.actor, 'users:read');
    return await countUsers(ctx, filter);
  },
});

/** Null also for what is no id at all: it comes from addresses that people type. */
export const get = query({
  args: { userId: v.string() },
  returns: v.union(adminUser, v.null()),
  handler: async (ctx, { userId }) => {
    requirePermission(ctx.actor, 'users:read');
    const id = ctx.db.normalizeId('users', userId);
    const row = id && (await ctx.db.get('users', id));
    return row === null ? null : toAdminUser(row);
  },
});

/** Where a person belongs, by Clerk's organizations. */
export const memberships = query({
  args: { userId: v.id('users'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(personMembershipView),
  handler: async (ctx, { userId, paginationOpts }) => {
    requirePermission(ctx.actor, 'users:read');
    requirePermission(ctx.actor, 'organizations:read');
    const row = await ctx.db.get('users', userId);
    if (row === null) fail('USER_NOT_FOUND', { field: 'userId' });
    return await listMemberships(ctx, row.externalId, paginationOpts);
  },
});

/** Which person an id means: a row id or a Clerk id, whatever its form; null for nobody's. */
export const resolve = query({
  args: { id: v.string() },
  returns: v.union(v.id('users'), v.null()),
  handler: async (ctx, { id }) => {
    requireSome(ctx.actor, userPermissions);
    return await resolveUser(ctx, id);
  },
});

/** C7: counted by the counters, never by reading rows. `total` and `byRole` leave out the deleted. */
export const stats = query({
  args: {},
  returns: peopleStats,
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'directory:read');
    return await readCounts(ctx);
  },
});

/** Rule 8. The row answers at once with `push.state` pending; Clerk follows. */
export const updateRole = mutation({
  args: { userId: v.id('users'), role: roleValidator },
  returns: adminUser,
  handler: async (ctx, { userId, role }) => {
    const limit = 'updateRole';
    const target = await targetOf(ctx, { permission: 'users:setRole', limit, userId });
    return toAdminUser(await changeRole(ctx, target, role, byCaller(ctx.actor)));
  },
});

/** Rule 9: cut off at once, here; Clerk's ban follows. */
export const deactivate = mutation({
  args: { userId: v.id('users') },
  returns: adminUser,
  handler: async (ctx, { userId }) => {
    const target = await accessTarget(ctx, 'users:deactivate', userId);
    return toAdminUser(await deactivateUser(ctx, target, byCaller(ctx.actor)));
  },
});

/** Lets a deactivated person back in, or one whom somebody banned in Clerk. */
export const reactivate = mutation({
  args: { userId: v.id('users') },
  returns: adminUser,
  handler: async (ctx, { userId }) => {
    const target = await accessTarget(ctx, 'users:reactivate', userId);
    return toAdminUser(await reactivateUser(ctx, target, byCaller(ctx.actor)));
  },
});

/** Deletes a person for good: a tombstone here at once, then in Clerk. */
export const remove = mutation({
  args: { userId: v.id('users') },
  returns: adminUser,
  handler: async (ctx, { userId }) => {
    const target = await accessTarget(ctx, 'users:delete', userId);
    return toAdminUser(await removeUser(ctx, target, byCaller(ctx.actor)));
  },
});

/** Sends role and access to Clerk once more, after the outbox gave up or instead of waiting. */
export const retryPush = mutation({
  args: { userId: v.id('users') },
  returns: adminUser,
  handler: async (ctx, { userId }) => {
    const target = await targetOf(ctx, { permission: 'pushes:retry', limit: 'retryPush', userId });
    return toAdminUser(await retryPushOf(ctx, target, byCaller(ctx.actor)));
  },
});

/** Closes what the outbox gave up on: ours stands, marked as differing from Clerk's. */
export const dismissPush = mutation({
  args: { userId: v.id('users') },
  returns: adminUser,
  handler: async (ctx, { userId }) => {
    const target = await targetOf(ctx, {
      permission: 'pushes:retry',
      limit: 'dismissPush',
      userId,
    });
    return toAdminUser(await dismissPushOf(ctx, target, byCaller(ctx.actor)));
  },
});

/** D2: a name counts here at once; Clerk follows. An empty part is none. */
export const updateName = mutation({
  args: { userId: v.id('users'), firstName: v.string(), lastName: v.string() },
  returns: adminUser,
  handler: async (ctx, { userId, ...name }) => {
    const target = await targetOf(ctx, { permission: 'users:update', limit: 'setName', userId });
    return toAdminUser(await changeName(ctx, target, name, byCaller(ctx.actor)));
  },
});

/** D2: invites an address, with the default role where none is named. Clerk sends the mail. */
export const invite = mutation({
  args: { email: v.string(), role: v.optional(roleValidator) },
  returns: invitationView,
  handler: async (ctx, { email, role = defaultRole }) => {
    requireSometimes(ctx.actor, 'users:invite');
    await limitCaller(ctx, 'invite', ctx.actor.externalId);
    requireMayInvite(ctx.actor, role);
    return toInvitationView(await inviteByEmail(ctx, { email, role }, byCaller(ctx.actor)));
  },
});

/** Takes an open invitation back, by whoever could have made it. */
export const revokeInvitation = mutation({
  args: { invitationId: v.id('invitations') },
  returns: invitationView,
  handler: async (ctx, { invitationId }) => {
    requireSometimes(ctx.actor, 'users:invite');
    await limitCaller(ctx, 'invite', ctx.actor.externalId);
    const invitation = await ctx.db.get('invitations', invitationId);
    if (invitation === null) fail('INVITATION_NOT_FOUND', { field: 'invitationId' });
    requireMayInvite(ctx.actor, invitation.role);
    return toInvitationView(await revoke(ctx, invitation, byCaller(ctx.actor)));
  },
});

/** Invitations in whatever state, newest first. */
export const invitations = query({
  args: invitationPageArgs,
  returns: paginationResultValidator(invitationView),
  handler: async (ctx, { paginationOpts }) => {
    requirePermission(ctx.actor, 'users:read');
    return await pageOfInvitations(ctx, paginationOpts);
  },
});

/** The upsert of webhooks, for jobs that read people from Clerk (B3). */
export const upsertFromClerk = internalMutation({
  args: { user: clerkUserValidator, instanceId: v.optional(v.string()) },
  returns: v.union(
    ...(
      [
        'created',
        'updated',
        'stale',
        'duplicate',
        'refetch',
        'quarantined',
        'held',
        'tombstoned',
      ] as const
    ).map((kind) => v.literal(kind)),
  ),
  handler: async (ctx, { user, instanceId }) => {
    const arrival = { user, instanceId, via: { kind: 'webhook' as const } };
    return (await applyClerkUser(ctx, arrival, byClerk())).kind;
  },
});

/** Tombstones or erases, as configured (B3, B5). */
export const deleteFromClerk = internalMutation({
  args: { externalId: v.string() },
  returns: v.union(v.literal('deleted'), v.literal('alreadyDeleted'), v.literal('held')),
  handler: async (ctx, { externalId }) => await deleteClerkUser(ctx, externalId, byClerk()),
});
