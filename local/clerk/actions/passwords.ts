import { ClerkError } from '../http/clerk-error';

/** Clerk's defaults: at least 8 characters, at most 72 bytes (what bcrypt can take). */
const passwordLengthMin = 8;
const passwordBytesMax = 72;

/** Throws Clerk's 422 when a password breaks the instance's rules. */
export function assertPasswordAllowed(password: string, paramName = 'password'): void {
  if (Array.from(password).length < passwordLengthMin) {
    throw passwordError(
      'form_password_length_too_short',
      `Passwords must be ${passwordLengthMin} characters or more.`,
      paramName,
    );
  }
  if (Buffer.byteLength(password) > passwordBytesMax) {
    throw passwordError(
      'form_password_length_too_long',
      `Passwords must be ${passwordBytesMax} bytes or fewer.`,
      paramName,
    );
  }
}

function passwordError(code: string, message: string, paramName: string): ClerkError {
  return new ClerkError(422, { code, message, meta: { param_name: paramName } });
}
