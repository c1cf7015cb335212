import { ClerkError } from '../http/clerk-error';
import { tooManyRequests } from './rate-limits';

/** Trouble that the Backend API makes on request. */
export interface Fault {
  /** Answered instead of the real thing; without it the request is only delayed. */
  status?: number;
  retryAfterS?: number;
  delayMs?: number;
  /** Part of `METHOD /path`, for example `/ban` or `PATCH /v1/users`; everything without it. */
  match?: string;
  /** How many requests it strikes; endless without it. */
  count?: number;
}

export interface FaultPlan {
  list(): readonly Fault[];
  add(fault: Fault): void;
  clear(): void;
  /** Waits out a delay and returns the error to answer with, or null when nothing strikes. */
  strike(request: { method: string; path: string }): Promise<ClerkError | null>;
}

export function createFaultPlan(): FaultPlan {
  let faults: Fault[] = [];
  return {
    list: () => faults,
    add: (fault) => void faults.push({ ...fault }),
    clear: () => void (faults = []),
    async strike({ method, path }) {
      const fault = faults.find(
        (entry) => !entry.match || `${method} ${path}`.includes(entry.match),
      );
      if (!fault) return null;
      if (fault.count !== undefined) {
        fault.count -= 1;
        if (fault.count <= 0) faults = faults.filter((entry) => entry !== fault);
      }
      if (fault.delayMs) await delay(fault.delayMs);
      return fault.status === undefined ? null : faultError(fault.status, fault.retryAfterS);
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const known: Record<number, { code: string; message: string; longMessage: string }> = {
  401: {
    code: 'clerk_key_invalid',
    message: 'The provided Clerk Secret Key is invalid.',
    longMessage:
      'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.',
  },
  402: {
    code: 'unsupported_subscription_plan_features',
    message: 'Unsupported plan features',
    longMessage:
      'Some features are not supported in your current plan. Upgrade your subscription to unlock them.',
  },
  403: {
    code: 'authorization_invalid',
    message: 'Unauthorized request',
    longMessage: 'You are not authorized to perform this request',
  },
  503: {
    code: 'maintenance_mode',
    message: 'System under maintenance',
    longMessage:
      'We are currently undergoing maintenance and only essential operations are permitted. We will be back shortly.',
  },
};

const unexpected = {
  code: 'internal_clerk_error',
  message: 'Oops, an unexpected error occurred',
  longMessage:
    "There was an internal error on our servers. We've been notified and are working on fixing it.",
};

function faultError(status: number, retryAfterS: number | undefined): ClerkError {
  if (status === 429) return tooManyRequests((retryAfterS ?? 1) * 1000);
  const headers: Record<string, string> =
    retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
  return new ClerkError(status, known[status] ?? unexpected, headers);
}
