import { errorCodes, type ErrorCode } from '../src/shared/error-codes';

/** Codes of the product, and what only a command line can say. */
export type CliErrorCode = ErrorCode | 'USAGE';

/** An expected failure of a command: a code to switch on, a text, and what to do about it. */
export class CliError extends Error {
  override name = 'CliError';
  readonly code: CliErrorCode;
  readonly wayOut: string;

  constructor(code: CliErrorCode, details: { message?: string; wayOut: string }) {
    super(
      details.message ?? (code === 'USAGE' ? 'The command is not valid.' : errorCodes[code].text),
    );
    this.code = code;
    this.wayOut = details.wayOut;
  }
}

const waysOut: Partial<Record<ErrorCode, string>> = {
  USER_NOT_FOUND:
    'Find the person with: npm run rollcall -- users list --search TEXT. Somebody who never signed in and for whom no webhook came has no row yet.',
  USER_DELETED: 'The person was deleted in Clerk; a new account there gets a new row.',
  UNKNOWN_ROLE: 'The roles of this installation are in app.config.ts.',
  LAST_OWNER: 'Promote somebody first: npm run rollcall -- promote EMAIL.',
  INVALID_INPUT: 'See npm run rollcall -- --help.',
  NOT_CONFIGURED: 'npm run doctor names what is missing.',
  CLERK_KEY_INVALID: 'Copy the secret key again from the Clerk Dashboard, API keys.',
};

/** The way out for a coded answer of the product. */
export function wayOutOf(code: ErrorCode): string {
  return (
    waysOut[code] ?? 'npm run doctor checks the set-up; docs/guides/errors.md explains the code.'
  );
}
