import { errorBody, errorCodes, type ErrorBody, type ErrorCode } from '../shared/error-codes';

/** The one error class of the web server: a code of the closed list, with its body. */
export class AppError extends Error {
  readonly body: ErrorBody;

  constructor(code: ErrorCode, details: Partial<Omit<ErrorBody, 'code'>> = {}, cause?: unknown) {
    const body = errorBody(code, details);
    super(body.message, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.body = body;
  }

  get status(): number {
    return errorCodes[this.body.code].status;
  }

  static from(body: ErrorBody, cause?: unknown): AppError {
    const { code, ...details } = body;
    return new AppError(code, details, cause);
  }
}
