/** What a day's changes are counted by. */
export const activityKinds = ['people', 'roles', 'access', 'other'] as const;
export type ActivityKind = (typeof activityKinds)[number];

/** Days that are kept and shown. */
export const activityDays = 30;

export type ActivityCounts = Record<ActivityKind, number>;

/** One day in UTC, `2026-11-28`, with how many entries the audit log got. */
export interface ActivityDay {
  day: string;
  counts: ActivityCounts;
}

export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Which kind an action of the audit log counts as. */
export function activityKindOf(action: string): ActivityKind {
  if (action.startsWith('role.')) return 'roles';
  if (action === 'user.created' || action === 'user.updated' || action === 'user.deleted') {
    return 'people';
  }
  if (action === 'users.created' || action === 'users.updated' || action === 'name.changed') {
    return 'people';
  }
  if (action === 'user.deactivated' || action === 'user.reactivated') return 'access';
  return action.startsWith('access.') ? 'access' : 'other';
}

/** `days` with one more entry for each action, oldest first; days that are too old drop out. */
export function addActivity(
  days: readonly ActivityDay[],
  actions: readonly string[],
  atMs: number,
): ActivityDay[] {
  const day = dayOf(atMs);
  const oldest = dayOf(atMs - (activityDays - 1) * 24 * 60 * 60_000);
  const before = days.find((one) => one.day === day);
  const counts = { ...(before?.counts ?? { people: 0, roles: 0, access: 0, other: 0 }) };
  for (const action of actions) counts[activityKindOf(action)] += 1;
  return [...days.filter((one) => one.day !== day && one.day >= oldest), { day, counts }].sort(
    (a, b) => (a.day < b.day ? -1 : 1),
  );
}
