import { assertEmailFree, newEmailAddress, parseEmailAddress } from '../actions/identifiers';
import { assertMetadataFits } from '../actions/metadata';
import { assertPasswordAllowed } from '../actions/passwords';
import { banUser, deleteUser, newUser, unbanUser, unlockUser } from '../actions/users';
import { originOf } from '../backend/origin';
import { metadata, nameText, pageOf, requiredText, text } from '../backend/params';
import { notFound } from '../http/clerk-error';
import type { RequestContext, Route } from '../http/router';
import { hashPassword } from '../passwords';
import type { ClerkTransaction } from '../store/clerk-store';
import type { UserEntity } from '../store/types';
import { guarded } from './guard';
import { personDetails, personSummary } from './person';

/** One page of people, newest first, with the number of all that match. */
function listPeople(ctx: RequestContext) {
  const { users } = ctx.services.store;
  const query = ctx.query.get('query')?.trim();
  const filter = query ? { query } : {};
  const page = { ...pageOf(ctx.query), orderBy: 'created_at', descending: true } as const;
  return {
    json: {
      users: users.list(filter, page).map((user) => personSummary(ctx, user)),
      total: users.count(filter),
    },
  };
}

function requirePerson(ctx: RequestContext): UserEntity {
  const user = ctx.services.store.get('users', ctx.params.userId ?? '');
  if (!user) throw notFound('The user');
  return user;
}

async function createPerson(ctx: RequestContext) {
  const { store, clock } = ctx.services;
  const emailAddress = parseEmailAddress(requiredText(ctx.body, 'email'), 'email');
  const password = text(ctx.body, 'password') || null;
  if (password !== null) assertPasswordAllowed(password);
  const passwordHash = password === null ? null : await hashPassword(password);
  const now = clock.now();
  const email = newEmailAddress(emailAddress, now);
  const user = newUser(now, {
    firstName: nameText(ctx.body, 'firstName') ?? null,
    lastName: nameText(ctx.body, 'lastName') ?? null,
    emails: [email],
    primaryEmailId: email.id,
    passwordHash,
    passwordUpdatedAt: passwordHash === null ? null : now,
    publicMetadata: publicMetadataOf(ctx) ?? {},
  });
  store.transact((tx) => {
    assertEmailFree(tx, emailAddress);
    return tx.insert('users', user);
  }, originOf(ctx));
  return { status: 201, json: personDetails(ctx, user) };
}

function publicMetadataOf(ctx: RequestContext) {
  const given = metadata(ctx.body, 'publicMetadata');
  return given && assertMetadataFits('publicMetadata', given);
}

/** Changes what is named; the metadata is what the editor showed, so it is replaced whole. */
function updatePerson(ctx: RequestContext) {
  const { id } = requirePerson(ctx);
  const firstName = nameText(ctx.body, 'firstName');
  const lastName = nameText(ctx.body, 'lastName');
  const publicMetadata = publicMetadataOf(ctx);
  const updated = ctx.services.store.transact(
    (tx) =>
      tx.update('users', id, {
        ...(firstName !== undefined && { firstName }),
        ...(lastName !== undefined && { lastName }),
        ...(publicMetadata !== undefined && { publicMetadata }),
      }),
    originOf(ctx),
  );
  return { json: personDetails(ctx, updated) };
}

function changing(change: (tx: ClerkTransaction, userId: string) => UserEntity) {
  return (ctx: RequestContext) => {
    const { id } = requirePerson(ctx);
    const updated = ctx.services.store.transact((tx) => change(tx, id), originOf(ctx));
    return { json: personDetails(ctx, updated) };
  };
}

const base = '/_local/dashboard/users';

export const peopleRoutes: readonly Route[] = [
  guarded('GET', base, listPeople),
  guarded('POST', base, createPerson),
  guarded('GET', `${base}/:userId`, (ctx) => ({ json: personDetails(ctx, requirePerson(ctx)) })),
  guarded('PATCH', `${base}/:userId`, updatePerson),
  guarded('DELETE', `${base}/:userId`, (ctx) => {
    const { id } = requirePerson(ctx);
    ctx.services.store.transact((tx) => deleteUser(tx, id), originOf(ctx));
    return { json: { id, deleted: true } };
  }),
  guarded('POST', `${base}/:userId/ban`, changing(banUser)),
  guarded('POST', `${base}/:userId/unban`, changing(unbanUser)),
  guarded('POST', `${base}/:userId/unlock`, changing(unlockUser)),
];
