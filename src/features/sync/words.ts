import type { BadgeVariant } from '../../components/ui/badge';
import { ownerInText } from '../../shared/roles';
import type { SyncKind, SyncOutcome } from '../../shared/sync';
import type { MissingPerson, Sweep, SyncRun, SyncStatus } from './queries';

/** The closed lists of a run in words for people. */

export const kindLabels: Record<SyncKind, string> = {
  users: 'Users',
  organizations: 'Organizations',
  memberships: 'Memberships',
};

export const outcomeLabels: Record<SyncOutcome, string> = {
  added: 'Added',
  updated: 'Updated',
  unchanged: 'Unchanged',
  newer: 'Newer here',
  deletedHere: 'Deleted here',
  failed: 'Failed',
  skipped: 'Not asked for',
  moved: 'Moved since',
  removed: 'Removed',
};

export const outcomeHints: Record<SyncOutcome, string> = {
  added: 'New here',
  updated: 'Clerk had something newer',
  unchanged: 'The same on both sides',
  newer: 'A webhook brought something newer while this run went on',
  deletedHere: 'Deleted here for good; a sync brings nobody back',
  failed: 'Could not be taken over; the reasons are below',
  skipped: 'Outside of what was asked for',
  moved: 'Not any more as the plan says, and left alone',
  removed: 'Deleted in Clerk without a webhook; confirmed one by one. Not counted under Read',
};

export const phaseLabels: Record<SyncRun['phase'], string> = {
  waiting: 'Waiting for its turn',
  checking: 'Asking Clerk how many there are',
  verifying: 'Comparing with the plan',
  users: 'Users',
  organizations: 'Organizations',
  memberships: 'Memberships',
  confirming: 'Asking Clerk about what it did not list',
  done: 'Done',
};

export const triggerLabels: Record<SyncRun['trigger'], string> = {
  console: 'Sync page',
  cli: 'Command line',
  api: 'API',
  schedule: 'Schedule',
  start: 'Start of the local stack',
};

export const statusLabels: Record<SyncRun['status'], string> = {
  queued: 'Waiting',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const missingLabels: Record<MissingPerson['state'], string> = {
  unseen: 'Not listed by Clerk',
  confirmed: 'Gone from Clerk',
  present: 'Still in Clerk',
  swept: 'Deactivated',
  restored: 'Restored',
  spared: 'Left alone',
};

export const sweepLabels: Record<Sweep['state'], string> = {
  awaitingConfirmation: `A second ${ownerInText} has to confirm`,
  held: 'Waiting; can still be called off',
  running: 'Deactivating, each after one more look in Clerk',
  done: 'Done',
  cancelled: 'Called off',
  restored: 'Undone: everybody is as before',
};

export function statusVariant({
  status,
  tallies,
}: Pick<SyncRun, 'status' | 'tallies'>): BadgeVariant {
  switch (status) {
    case 'queued':
      return 'outline';
    case 'running':
      return 'default';
    case 'completed':
      return failedOf(tallies) > 0 ? 'warning' : 'success';
    case 'failed':
      return 'destructive';
    case 'cancelled':
      return 'secondary';
  }
}

export function isOpen({ status }: Pick<SyncRun, 'status'>): boolean {
  return status === 'queued' || status === 'running';
}

/** What a run was asked to do, in a few words. */
export function scopeOf({ mode, scope }: Pick<SyncRun, 'mode' | 'scope'>): string {
  const what = scope.only === undefined ? 'Everything' : kindLabels[scope.only];
  const ids = scope.ids?.length;
  const people = ids === 1 ? 'One user' : ids === undefined ? undefined : `${ids} users`;
  const domain = scope.emailDomain === undefined ? '' : ` at ${scope.emailDomain}`;
  return `${people ?? what}${domain}${mode === 'dryRun' ? ', dry run' : ''}`;
}

/** Who began it. */
export function starterOf({ startedByName, actor, trigger }: SyncRun): string {
  if (startedByName !== undefined) return startedByName;
  return actor.startsWith('user:') ? 'Somebody' : triggerLabels[trigger];
}

export function failedOf(tallies: SyncRun['tallies']): number {
  return sumOf(tallies, 'failed');
}

/** One outcome over users, organizations and memberships. */
export function sumOf(tallies: SyncRun['tallies'], outcome: SyncOutcome): number {
  return tallies.users[outcome] + tallies.organizations[outcome] + tallies.memberships[outcome];
}

/** How many of those whom a run found missing it, and its sweep, left as they are. */
function stillMissing({ missing, sweep }: Pick<SyncRun, 'missing' | 'sweep'>): number {
  return missing - (sweep?.state === 'done' ? sweep.swept : 0);
}

/** How far both sides are apart, and what was done about it, in front of a date. */
export function driftWords(
  drift: NonNullable<SyncStatus['drift']>,
  run: Pick<SyncRun, 'missing' | 'sweep'> | null | undefined,
): { value: string; about: string } {
  const differ = (users: number) => count(users, 'user differs', 'users differ');
  if (drift.users === 0) return { value: 'In step', about: 'As of' };
  if (!drift.repaired) return { value: differ(drift.users), about: 'As of' };
  // A sync puts right what it finds, except for those whom Clerk does not have.
  const differed = count(drift.users, 'user differed', 'users differed');
  if (!run) return { value: differed, about: 'As of' };
  const left = stillMissing(run);
  if (left > 0) return { value: differ(left), about: 'Gone from Clerk, as of' };
  return { value: differed, about: 'Put right' };
}

export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** `850 ms`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const s = Math.round(ms / 1_000);
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return s % 60 === 0 ? `${min} min` : `${min} min ${s % 60} s`;
  return min % 60 === 0 ? `${Math.floor(min / 60)} h` : `${Math.floor(min / 60)} h ${min % 60} min`;
}
