export const invitationStates = ['pending', 'accepted', 'revoked', 'expired'] as const;
export type InvitationState = (typeof invitationStates)[number];

/** The longest address that mail knows (RFC 5321, path of 256 less its brackets). */
export const emailLengthMax = 254;

/** Clerk's bound on first and last names. */
export const nameLengthMax = 200;

/** Catches typing errors; whether the address takes mail only a mail can tell. */
export const emailPattern = /^[^\s@,;<>()[\]"\\]+@[^\s@,;<>()[\]"\\.]+(\.[^\s@,;<>()[\]"\\.]+)+$/;
