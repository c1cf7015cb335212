export interface ClerkErrorItem {
  code: string;
  message: string;
  longMessage?: string;
  meta?: Record<string, unknown>;
}

/** An answer that is an error, in Clerk's own terms; the server turns it into Clerk's body. */
export class ClerkError extends Error {
  readonly status: number;
  readonly items: readonly ClerkErrorItem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    items: ClerkErrorItem | readonly ClerkErrorItem[],
    headers: Record<string, string> = {},
  ) {
    const list = Array.isArray(items)
      ? (items as readonly ClerkErrorItem[])
      : [items as ClerkErrorItem];
    super(list.map((item) => `${item.code}: ${item.message}`).join('; '));
    this.name = 'ClerkError';
    this.status = status;
    this.items = list;
    this.headers = headers;
  }

  body(traceId: string): object {
    return {
      errors: this.items.map((item) => ({
        message: item.message,
        long_message: item.longMessage ?? item.message,
        code: item.code,
        meta: item.meta ?? {},
      })),
      clerk_trace_id: traceId,
    };
  }
}

export function notFound(what = 'The resource associated with the supplied ID'): ClerkError {
  return new ClerkError(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: `${what} was not found.`,
  });
}

export function invalidParam(
  paramName: string,
  longMessage: string,
  code = 'form_param_value_invalid',
): ClerkError {
  return new ClerkError(422, {
    code,
    message: 'is invalid',
    longMessage,
    meta: { param_name: paramName },
  });
}

export function missingParam(paramName: string): ClerkError {
  return new ClerkError(422, {
    code: 'form_param_missing',
    message: 'is missing',
    longMessage: `${paramName} must be included.`,
    meta: { param_name: paramName },
  });
}
