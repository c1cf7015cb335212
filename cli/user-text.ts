import type { AdminUser } from './admin-api';
import { facts, printable, table, when } from './output';

function pushText(push: AdminUser['push']): string {
  return push.reason ? `${push.state} (${push.reason})` : push.state;
}

export function userTable(users: readonly AdminUser[]): string {
  return table(
    ['NAME', 'EMAIL', 'ROLE', 'STATE', 'PUSH', 'CLERK ID'],
    users.map((user) => [
      user.name,
      user.email ?? '-',
      user.role,
      user.state,
      user.push.state,
      user.externalId,
    ]),
  );
}

export function userFacts(user: AdminUser): string {
  return facts([
    ['Name', user.name],
    ['Email', user.email ?? '-'],
    ['Role', `${user.role} (decided by ${user.roleSource}, revision ${user.roleRev})`],
    ['State', user.state],
    ['Role in Clerk', pushText(user.push)],
    ['Access in Clerk', user.access ? pushText(user.access) : 'never changed here'],
    ['Clerk id', user.externalId],
    ['Convex id', user._id],
    ['Created', when(user.createdAt)],
    ['Changed', when(user.updatedAt)],
    ['Last login', when(user.lastLoginAt)],
  ]);
}

/** What a role change came to, with where it stands on its way to Clerk. */
export function roleChangeText(user: AdminUser): string {
  const who = printable(user.email ?? user.name);
  const push =
    user.push.state === 'synced'
      ? 'Clerk has it too.'
      : `On its way to Clerk: ${pushText(user.push)}.`;
  return `${who} is ${user.role}. ${push}`;
}

const accessMeans: Record<string, string> = {
  active: 'active and may sign in',
  deactivated: 'deactivated: access is cut',
};

/** What deactivating or reactivating came to, with where it stands on its way to Clerk. */
export function accessChangeText(user: AdminUser): string {
  const who = printable(user.email ?? user.name);
  const standing = `${who} is ${accessMeans[user.state] ?? user.state}.`;
  if (!user.access || user.access.state === 'synced') return `${standing} Clerk has it too.`;
  return `${standing} On its way to Clerk: ${pushText(user.access)}.`;
}
