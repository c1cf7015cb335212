import { ClerkError } from '../http/clerk-error';

/**
 * The errors of the Frontend API, with the statuses and codes that Clerk documents in its index of
 * Frontend API errors. clerk-js shows `long_message` beside the field that `param_name` names.
 */
function fieldError(paramName: string, code: string, message: string): ClerkError {
  return new ClerkError(422, {
    code,
    message,
    longMessage: message,
    meta: { param_name: paramName },
  });
}

function plainError(
  status: number,
  code: string,
  message: string,
  longMessage: string,
): ClerkError {
  return new ClerkError(status, { code, message, longMessage });
}

export const frontendErrors = {
  originInvalid: () =>
    plainError(
      400,
      'origin_invalid',
      'Invalid HTTP Origin header',
      'The local Clerk answers pages on loopback addresses only (localhost, 127.0.0.1, [::1]).',
    ),
  devBrowserUnauthenticated: () =>
    plainError(
      401,
      'dev_browser_unauthenticated',
      'Browser unauthenticated',
      'Unable to authenticate this browser for your development instance. Check your Clerk cookies and try again.',
    ),
  authenticationInvalid: () =>
    plainError(
      401,
      'authentication_invalid',
      'Invalid authentication',
      'Unable to authenticate the request, you need to supply an active session',
    ),
  signedOut: () => plainError(401, 'signed_out', 'Signed out', 'You are signed out'),
  sessionExists: () =>
    plainError(400, 'session_exists', 'Session already exists', "You're already signed in."),
  resourceNotFound: (what: string) =>
    plainError(
      404,
      'resource_not_found',
      `${what} not found`,
      `No such ${what.toLowerCase()} was found`,
    ),
  resourceForbidden: (what: string) =>
    plainError(403, 'resource_forbidden', 'forbidden', `Access to this ${what} is forbidden`),
  invalidHandshake: (reason: string) =>
    plainError(
      400,
      'invalid_handshake',
      'invalid handshake',
      `The handshake request is invalid: ${reason}`,
    ),

  identifierNotFound: () =>
    fieldError('identifier', 'form_identifier_not_found', "Couldn't find your account."),
  passwordIncorrect: (paramName = 'password') =>
    fieldError(
      paramName,
      'form_password_incorrect',
      'Password is incorrect. Try again, or use another method.',
    ),
  codeIncorrect: () =>
    new ClerkError(422, {
      code: 'form_code_incorrect',
      message: 'is incorrect',
      longMessage: 'Incorrect code',
      meta: { param_name: 'code' },
    }),
  missing: (paramName: string) =>
    new ClerkError(422, {
      code: 'form_param_missing',
      message: 'is missing',
      longMessage: `${paramName} must be included.`,
      meta: { param_name: paramName },
    }),
  tooLong: (paramName: string, maxLength: number) =>
    new ClerkError(422, {
      code: 'form_param_max_length_exceeded',
      message: 'exceeds maximum length',
      longMessage: `${paramName} should not exceed ${maxLength} characters.`,
      meta: { param_name: paramName },
    }),
  notAnObject: (paramName: string) =>
    new ClerkError(422, {
      code: 'form_param_value_invalid',
      message: 'is invalid',
      longMessage: `${paramName} must be a JSON object.`,
      meta: { param_name: paramName },
    }),
  strategyNotAllowed: (strategy: string) =>
    new ClerkError(422, {
      code: 'form_param_value_invalid',
      message: 'is invalid',
      longMessage: `${strategy} does not match one of the allowed values for parameter strategy`,
      meta: { param_name: 'strategy' },
    }),

  verificationMissing: () =>
    plainError(
      400,
      'verification_missing',
      'is missing',
      'This strategy requires verification preparation before attempting to validate it.',
    ),
  verificationStrategyInvalid: () =>
    plainError(
      400,
      'verification_strategy_invalid',
      'has invalid strategy',
      'The strategy is not valid for the current verification.',
    ),
  verificationExpired: () =>
    plainError(
      400,
      'verification_expired',
      'expired',
      'This verification has expired. You must create a new one.',
    ),
  verificationFailed: () =>
    plainError(
      400,
      'verification_failed',
      'failed',
      'Too many failed attempts. You have to try again with the same or another method.',
    ),
  alreadyVerified: () =>
    plainError(
      400,
      'verification_already_verified',
      'already verified',
      'This verification has already been verified.',
    ),
  redirectUrlInvalid: () =>
    new ClerkError(422, {
      code: 'invalid_redirect_url',
      message: 'Redirect url invalid',
      longMessage:
        'The local Clerk returns to loopback addresses only (localhost, 127.0.0.1, [::1]).',
      meta: { param_name: 'redirect_url' },
    }),
  ticketInvalid: () =>
    plainError(
      400,
      'ticket_invalid_code',
      'ticket is invalid',
      "This ticket is invalid. Make sure you're using a valid ticket generated by Clerk.",
    ),
  ticketExpired: () =>
    plainError(
      400,
      'ticket_expired_code',
      'ticket has expired',
      'This ticket has expired and cannot be used anymore.',
    ),

  userBanned: () =>
    plainError(
      403,
      'user_banned',
      'User banned',
      'You have been banned. If you think this was by mistake, please contact support.',
    ),
  userLocked: (remainingS: number | null) =>
    new ClerkError(403, {
      code: 'user_locked',
      message: 'Account locked',
      longMessage:
        remainingS === null
          ? 'Your account is locked. For more information, please contact support.'
          : `Your account is locked. You will be able to try again in ${remainingText(remainingS)}. For more information, please contact support.`,
      meta: remainingS === null ? {} : { lockout_expires_in_seconds: remainingS },
    }),
  noPasswordSet: () =>
    plainError(
      400,
      'no_password_set',
      'no password set',
      'This user does not have a password set for their account',
    ),
  invalidActionForSession: (action: string, sessionId: string) =>
    plainError(
      400,
      'invalid_action_for_session',
      'Invalid action for user session',
      `Unable to ${action} session ${sessionId}`,
    ),
  deleteSelfNotEnabled: () =>
    plainError(
      403,
      'user_delete_self_not_enabled',
      'delete self not enabled',
      'Self deletion is not enabled for this user',
    ),
  lastIdentification: () =>
    plainError(
      403,
      'last_required_identification_deletion_failed',
      'Deletion failed',
      'You need at least one verified email address.',
    ),
  imageTypeInvalid: () =>
    plainError(
      400,
      'avatar_file_type_invalid',
      'File type not supported',
      'File type not supported. Please upload a JPG, PNG, GIF, or WEBP image.',
    ),
};

function remainingText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
