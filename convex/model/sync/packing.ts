import type { ClerkUser } from '../validators';

/*
 * A batch crosses from the action to the mutation as one text of tuples. As an array of objects it
 * would be walked, checked and rebuilt field by field on both sides, which costs more than the rest
 * of an unchanged person. Only `syncWork.ts` of the same deployment ever packs and unpacks.
 */

type UserTuple = [
  id: string,
  updatedAt: number,
  createdAt: number,
  firstName: string | null,
  lastName: string | null,
  name: string,
  email: string | null,
  emailVerified: 0 | 1,
  imageUrl: string | null,
  lastSignInAt: number | null,
  banned: 0 | 1,
  publicMetadata: string | null,
  role: string | null,
  rev: number | null,
  intent: string | null,
];

/** JSON of one person; join several with commas inside brackets (`packed`). */
export function packUser(user: ClerkUser): string {
  const tuple: UserTuple = [
    user.externalId,
    user.updatedAt,
    user.createdAt,
    user.firstName ?? null,
    user.lastName ?? null,
    user.name,
    user.email ?? null,
    user.emailVerified ? 1 : 0,
    user.imageUrl ?? null,
    user.lastSignInAt ?? null,
    user.banned ? 1 : 0,
    user.publicMetadata ?? null,
    user.role ?? null,
    user.stamp?.rev ?? null,
    user.stamp?.intent ?? null,
  ];
  return JSON.stringify(tuple);
}

export function packed(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

export function unpackUsers(text: string): ClerkUser[] {
  // Written by `packUser` of this deployment, handed from its action to its internal mutation.
  return (JSON.parse(text) as UserTuple[]).map(unpackUser);
}

function unpackUser(tuple: UserTuple): ClerkUser {
  const [externalId, updatedAt, createdAt, first, last, name, email, verified, image, ...rest] =
    tuple;
  const [signIn, banned, metadata, role, rev, intent] = rest;
  return {
    externalId,
    updatedAt,
    createdAt,
    firstName: first ?? undefined,
    lastName: last ?? undefined,
    name,
    email: email ?? undefined,
    emailVerified: verified === 1,
    imageUrl: image ?? undefined,
    lastSignInAt: signIn ?? undefined,
    banned: banned === 1,
    publicMetadata: metadata ?? undefined,
    role: role ?? undefined,
    stamp: rev === null ? undefined : { rev, intent: intent ?? undefined },
  };
}
