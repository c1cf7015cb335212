import { errorCodes } from '../../shared/error-codes';
import { decide, type Actor } from '../../shared/permissions';
import type { UserRow } from './queries';

/** Why the viewer cannot edit this person's name, in words; undefined when they can. */
export function nameRefusal(
  actor: Actor,
  user: Pick<UserRow, 'externalId' | 'role' | 'state'>,
): string | undefined {
  if (user.state === 'deleted') return errorCodes.USER_DELETED.text;
  const target = { id: user.externalId, role: user.role };
  const verdict = decide(actor, 'users:update', target);
  if (verdict.allowed) return undefined;
  return verdict.code === 'FORBIDDEN'
    ? 'You can rename only people whose role ranks below yours.'
    : errorCodes[verdict.code].text;
}
