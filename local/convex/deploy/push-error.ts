/**
 * A push that the developer has to mend. The server answers it with HTTP 400 and `{code, message}`;
 * never 5xx, which the official command line would retry for minutes.
 */
export class PushError extends Error {
  override readonly name = 'PushError';
  constructor(
    readonly code: PushErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The first two are known to the official command line, which words them itself. */
export type PushErrorCode =
  | 'AuthConfigMissingEnvironmentVariable'
  | 'MissingEnvironmentVariables'
  | 'RaceDetected'
  | 'BadPushRequest'
  | 'BadSnapshot'
  | 'InvalidAuthConfig'
  | 'InvalidComponentDefinition'
  | 'InvalidModules'
  | 'InvalidSchema'
  | 'SchemaMismatch'
  | 'NotSupportedLocally';
