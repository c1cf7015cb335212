import type { RoleSource } from '../../shared/people';
import type { UserRow } from './queries';

/** One field of a person: what it holds, who said so and when. */
export interface Provenance {
  field: string;
  value: { kind: 'text'; text: string | undefined } | { kind: 'instant'; at: number | undefined };
  source: string;
  /** Unix ms; undefined where the source does not say. */
  at?: number | undefined;
}

const roleSources: Record<RoleSource, string> = {
  default: 'The default role: neither Clerk nor anybody here named one',
  console: 'Given in this console',
  clerk: "Set in Clerk's public metadata",
  api: 'Given through the API',
  cli: 'Given on the command line',
  bootstrap: "Given by the server's settings (BOOTSTRAP_SUPERADMIN_EMAILS)",
};

function accessSource(user: UserRow): string {
  if (user.state === 'deleted') return user.access ? 'Deleted here' : 'Deleted in Clerk';
  if (user.heldDeletionAt !== undefined)
    return 'Deleted in Clerk; held, as nobody else is in charge';
  return user.access ? 'Decided here' : 'As everybody begins';
}

/** Where each field of a row came from and when (the row keeps one moment per source). */
export function provenanceOf(user: UserRow, roleText: string, stateText: string): Provenance[] {
  const heard = user.clerk.updatedAt > 0;
  const clerk = {
    source: heard ? 'Clerk' : 'The sign-in token; nothing came from Clerk yet',
    at: heard ? user.clerk.updatedAt : user.createdAt,
  };
  const isNameOpen = user.nameEdit !== undefined && user.nameEdit.state !== 'synced';
  const name = isNameOpen ? { source: 'Changed here; Clerk has another name' } : clerk;
  const text = (value: string | undefined) => ({ kind: 'text' as const, text: value });
  const instant = (at: number | undefined) => ({ kind: 'instant' as const, at });
  return [
    { field: 'First name', value: text(user.firstName), ...name },
    { field: 'Last name', value: text(user.lastName), ...name },
    { field: 'Primary email', value: text(user.email), ...clerk },
    {
      field: 'Role',
      value: text(roleText),
      source: roleSources[user.roleSource],
      // Nobody here decided yet: what Clerk said is as old as its last word.
      at: user.roleDecidedAt > 0 ? user.roleDecidedAt : heard ? user.clerk.updatedAt : undefined,
    },
    {
      field: 'State',
      value: text(stateText),
      source: accessSource(user),
      at: user.deletedAt ?? user.heldDeletionAt,
    },
    { field: 'Created', value: instant(user.createdAt), source: clerk.source },
    {
      field: 'Last sign-in',
      value: instant(user.lastSignInAt),
      source: 'Clerk: any app of the instance',
    },
    {
      field: 'Last here',
      value: instant(user.lastLoginAt),
      source: 'This app: the last sign-in that it saw',
    },
    {
      field: 'Role in Clerk',
      value: text(user.roleIssue?.raw ?? user.clerk.role),
      source: "Clerk's public metadata, as last seen",
      at: heard ? user.clerk.updatedAt : undefined,
    },
    {
      field: 'Banned in Clerk',
      value: text(user.clerk.banned ? 'Yes' : 'No'),
      source: 'Clerk, as last seen',
      at: heard ? user.clerk.updatedAt : undefined,
    },
  ];
}
