import { anOwner, ownerInText } from './roles';

/**
 * Every error that Rollcall itself raises: code -> HTTP status and the text a person reads.
 * The list is closed: pages, the command line and the API switch on codes, never on texts.
 * Each code has an entry in `docs/guides/errors.md`.
 */
export const errorCodes = {
  UNAUTHENTICATED: { status: 401, text: 'Sign in first.' },
  TOKEN_INVALID: { status: 401, text: 'The API token is unknown, expired or revoked.' },
  TOKEN_REFUSED: {
    status: 503,
    text: 'You are signed in, but the database does not accept the sign-in: issuer or audience of Clerk’s tokens do not fit, or Clerk gives none. An administrator finds the cause by `npm run doctor`.',
  },
  TOKEN_NOT_FOUND: { status: 404, text: 'There is no such API token.' },
  ACCOUNT_NOT_READY: {
    status: 409,
    text: 'Your account is still being set up. Try again in a moment.',
  },
  ACCOUNT_INACTIVE: {
    status: 403,
    text: `Your account is deactivated. Ask ${anOwner} to reactivate it.`,
  },
  FORBIDDEN: { status: 403, text: 'You do not have permission to do this.' },
  SELF_CHANGE: {
    status: 403,
    text: `You cannot do this to your own account. Ask another ${ownerInText}.`,
  },
  LAST_OWNER: {
    status: 409,
    text: `This is the last active ${ownerInText}. Make somebody else ${ownerInText} first.`,
  },
  USER_NOT_FOUND: { status: 404, text: 'There is no such user.' },
  USER_DELETED: { status: 409, text: 'This user was deleted and can no longer be changed.' },
  INVALID_INPUT: { status: 400, text: 'The request is not valid.' },
  UNKNOWN_ROLE: { status: 400, text: 'There is no such role.' },
  NOTHING_TO_RETRY: { status: 409, text: 'This change has already reached Clerk.' },
  BULK_RUNNING: {
    status: 409,
    text: 'Your last bulk change is still running. Wait for it or cancel it.',
  },
  BULK_NOT_UNDOABLE: {
    status: 409,
    text: 'There is nothing to take back: this bulk change changed nobody, or was taken back already.',
  },
  CHANGED_SINCE: { status: 409, text: 'Changed again since, and left as it is.' },
  BULK_FINISHED: { status: 409, text: 'This bulk change has ended already.' },
  PAYLOAD_GONE: {
    status: 409,
    text: 'What this delivery said is not kept any more, so it cannot be applied again.',
  },
  CREDENTIAL_NOT_FOUND: { status: 404, text: 'There is no such credential.' },
  CREDENTIAL_INACTIVE: {
    status: 409,
    text: 'This credential is deactivated or was replaced. Activate it, or store a new one.',
  },
  CREDENTIAL_CHANGED: {
    status: 409,
    text: 'This credential was changed meanwhile. Look at it again.',
  },
  CREDENTIAL_UNREADABLE: {
    status: 409,
    text: 'The stored credential cannot be opened: its key is missing, or it was tampered with. Store it again.',
  },
  FERNET_UNREADABLE: {
    status: 400,
    text: 'The token cannot be opened with this key, or does not hold what the service needs.',
  },
  NOTHING_TO_DISMISS: { status: 409, text: 'There is no failed push to dismiss.' },
  USER_EXISTS: { status: 409, text: 'Somebody with this address is here already.' },
  ALREADY_INVITED: { status: 409, text: 'This address has an open invitation already.' },
  INVITATION_NOT_FOUND: { status: 404, text: 'There is no such invitation.' },
  INVITATION_SETTLED: {
    status: 409,
    text: 'This invitation was accepted, revoked or has expired.',
  },
  BRAKE_NOT_FOUND: { status: 404, text: 'There is no such brake.' },
  BRAKE_SETTLED: { status: 409, text: 'This has been decided already.' },
  SECOND_CONFIRMATION: {
    status: 409,
    text: `You have confirmed this already. Another ${ownerInText} has to confirm it too.`,
  },
  FRESH_OWNER: {
    status: 403,
    text: 'Your own role came from Clerk just before these changes. Somebody else has to confirm them.',
  },
  ALARM_NOT_FOUND: { status: 404, text: 'There is no such alarm.' },
  RATE_LIMITED: { status: 429, text: 'Too many requests. Try again in a moment.' },
  BAD_SIGNATURE: { status: 400, text: 'The webhook signature does not verify.' },
  BODY_TOO_LARGE: { status: 413, text: 'The request body is too large.' },
  WRONG_INSTANCE: { status: 400, text: 'The event belongs to another Clerk instance.' },
  NOT_CONFIGURED: { status: 503, text: 'A setting is missing. Run `npm run doctor`.' },
  CLERK_UNAVAILABLE: { status: 502, text: 'Clerk did not answer. Try again in a moment.' },
  CLERK_REFUSED: { status: 502, text: 'Clerk refused the request.' },
  CLERK_KEY_INVALID: { status: 502, text: 'The Clerk secret key is invalid or expired.' },
  CONVEX_UNAVAILABLE: { status: 502, text: 'The database did not answer. Try again in a moment.' },
  CLERK_KEY_MALFORMED: {
    status: 400,
    text: 'A Clerk secret key begins with sk_test_ or sk_live_.',
  },
  KEY_OF_OTHER_INSTANCE: {
    status: 409,
    text: 'This key belongs to another Clerk application than the one synchronised here.',
  },
  SYNC_RUNNING: { status: 409, text: 'A synchronisation is running already.' },
  SYNC_ENDED: { status: 409, text: 'This synchronisation has ended.' },
  SYNC_NOT_RESUMABLE: {
    status: 409,
    text: 'This synchronisation cannot go on. Start a new one.',
  },
  PLAN_CHANGED: {
    status: 409,
    text: 'Clerk or Rollcall changed since this plan was made. Make a new dry run.',
  },
  SWEEP_REFUSED: { status: 409, text: 'Nobody may be deactivated on the strength of this run.' },
  REMOVAL_REFUSED: {
    status: 409,
    text: 'Nothing may be removed on the strength of this run.',
  },
  METHOD_NOT_ALLOWED: { status: 405, text: 'This address does not answer this method.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, text: 'Send JSON, with content-type application/json.' },
  NOT_FOUND: { status: 404, text: 'There is nothing at this address.' },
  INTERNAL: { status: 500, text: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; text: string }>;

export type ErrorCode = keyof typeof errorCodes;

// Object.keys forgets the keys' type.
export const errorCodeNames = Object.keys(errorCodes) as ErrorCode[];

/** The shape every coded error takes on the wire; `ConvexError` carries it as `data`. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  /** The input field at fault, where there is one. */
  field?: string;
  /** Milliseconds to wait before trying again (`RATE_LIMITED`). */
  retryAfterMs?: number;
}

export function errorBody(
  code: ErrorCode,
  details: Partial<Omit<ErrorBody, 'code'>> = {},
): ErrorBody {
  return { code, message: errorCodes[code].text, ...details };
}

export function isErrorBody(value: unknown): value is ErrorBody {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(errorCodes, value.code)
  );
}
