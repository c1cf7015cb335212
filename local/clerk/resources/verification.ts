import type { EmailAddressEntity, PhoneNumberEntity, Verification } from '../store/types';

const objectNames: Record<Verification['strategy'], string> = {
  email_code: 'verification_otp',
  phone_code: 'verification_otp',
  reset_password_email_code: 'verification_otp',
  password: 'verification_password',
  ticket: 'verification_ticket',
  admin: 'verification_admin',
};

export function verificationResource(verification: Verification | null): object | null {
  if (!verification) return null;
  const { strategy } = verification;
  const uncounted = strategy === 'admin' || strategy === 'ticket';
  return {
    object: objectNames[strategy],
    status: verification.status,
    strategy,
    attempts: uncounted ? null : verification.attempts,
    expire_at: verification.expireAt,
  };
}

export function emailAddressResource(email: EmailAddressEntity): object {
  return {
    id: email.id,
    object: 'email_address',
    email_address: email.emailAddress,
    reserved: email.reserved,
    verification: verificationResource(email.verification),
    linked_to: [],
    matches_sso_connection: false,
    created_at: email.createdAt,
    updated_at: email.updatedAt,
  };
}

export function phoneNumberResource(phone: PhoneNumberEntity): object {
  return {
    id: phone.id,
    object: 'phone_number',
    phone_number: phone.phoneNumber,
    reserved_for_second_factor: false,
    default_second_factor: false,
    reserved: phone.reserved,
    verification: verificationResource(phone.verification),
    linked_to: [],
    backup_codes: null,
    created_at: phone.createdAt,
    updated_at: phone.updatedAt,
  };
}
