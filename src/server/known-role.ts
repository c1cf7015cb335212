import { isRole, type Role } from '../shared/roles';
import { AppError } from './app-error';

/** A role by its exact name; refused with a code of its own, so that a form can say which. */
export function knownRole(role: string): Role {
  if (!isRole(role)) throw new AppError('UNKNOWN_ROLE', { field: 'role' });
  return role;
}
