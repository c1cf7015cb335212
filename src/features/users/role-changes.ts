import type { AuditEntry } from '../../components/audit/entry';

/**
 * The entries by which the role became another one. Others name a role too, e.g. those of a push
 * that failed or went out again: the role that stands, beside no role before it.
 */
export function roleChanges<Entry extends Pick<AuditEntry, 'action' | 'before' | 'after'>>(
  entries: readonly Entry[],
): Entry[] {
  return entries.filter(({ action, before, after }) => {
    const [from, to] = [before?.['role'], after?.['role']];
    return action.startsWith('role.') && from !== undefined && to !== undefined && from !== to;
  });
}
