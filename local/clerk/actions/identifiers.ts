import { ClerkError } from '../http/clerk-error';
import { newId } from '../ids';
import type { ClerkReader } from '../store/clerk-store';
import type { EmailAddressEntity, PhoneNumberEntity, Verification } from '../store/types';

const emailPattern = /^[^\s@<>(),;:"]+@[^\s@.]+(\.[^\s@.]+)+$/;
const emailLengthMax = 254;
const phonePattern = /^\+[1-9]\d{6,14}$/;

/** The address in the form Clerk keeps it (lower case); throws Clerk's 422 when it is none. */
export function parseEmailAddress(value: string, paramName = 'email_address'): string {
  const email = value.trim().toLowerCase();
  if (emailPattern.test(email) && email.length <= emailLengthMax) return email;
  throw formatError(paramName, `${paramName} must be a valid email address.`);
}

export function parsePhoneNumber(value: string, paramName = 'phone_number'): string {
  const phone = value.replaceAll(/[\s()-]/g, '');
  if (phonePattern.test(phone)) return phone;
  const rule = 'must be a valid phone number according to E.164 international standard.';
  throw formatError(paramName, `${paramName} ${rule}`);
}

function formatError(paramName: string, longMessage: string): ClerkError {
  return new ClerkError(422, {
    code: 'form_param_format_invalid',
    message: 'is invalid',
    longMessage,
    meta: { param_name: paramName },
  });
}

export function identifierTaken(paramName: string, what: string): ClerkError {
  const text = `That ${what} is taken. Please try another.`;
  return new ClerkError(422, {
    code: 'form_identifier_exists',
    message: text,
    longMessage: text,
    meta: { param_name: paramName },
  });
}

/** Throws Clerk's 422 when somebody (other than `exceptUserId`) owns the address. */
export function assertEmailFree(reader: ClerkReader, email: string, exceptUserId?: string): void {
  const owner = reader.userByEmail(email);
  if (owner && owner.id !== exceptUserId) throw identifierTaken('email_address', 'email address');
}

export const verifiedByAdmin: Verification = {
  strategy: 'admin',
  status: 'verified',
  attempts: 0,
  expireAt: null,
};

export function newEmailAddress(
  emailAddress: string,
  now: number,
  verification: Verification | null = verifiedByAdmin,
): EmailAddressEntity {
  return {
    id: newId('emailAddress', now),
    emailAddress,
    verification,
    reserved: false,
    createdAt: now,
    updatedAt: now,
  };
}

export function newPhoneNumber(phoneNumber: string, now: number): PhoneNumberEntity {
  return {
    id: newId('emailAddress', now),
    phoneNumber,
    verification: verifiedByAdmin,
    reserved: false,
    createdAt: now,
    updatedAt: now,
  };
}
