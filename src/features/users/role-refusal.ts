import { errorCodes } from '../../shared/error-codes';
import type { UserState } from '../../shared/people';
import { decide, type Actor } from '../../shared/permissions';
import { anOwner, type Role } from '../../shared/roles';

interface Subject {
  externalId: string;
  role: Role;
  state: UserState;
}

/** Why the viewer cannot change this person's role, in words; undefined when they can. */
export function roleChangeRefusal(actor: Actor, user: Subject): string | undefined {
  if (user.state === 'deleted') return errorCodes.USER_DELETED.text;
  const verdict = decide(actor, 'users:setRole', {
    id: user.externalId,
    role: user.role,
  });
  if (verdict.allowed) return undefined;
  if (verdict.code === 'SELF_CHANGE') return 'You cannot change your own role.';
  if (verdict.code === 'FORBIDDEN') return `Only ${anOwner} can change roles.`;
  return errorCodes[verdict.code].text;
}
