import { passwordPolicy } from './environment';
import { frontendErrors } from './errors';

/** Throws what Clerk answers to a password that the instance's rules refuse. */
export function checkPassword(password: string, paramName = 'password'): void {
  const { minLength, maxLength } = passwordPolicy;
  if (password.length < minLength) throw frontendErrors.passwordTooShort(paramName, minLength);
  if (password.length > maxLength) throw frontendErrors.passwordTooLong(paramName, maxLength);
}
