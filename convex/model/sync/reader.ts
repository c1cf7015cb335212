import { internal } from '../../_generated/api';
import type { ActionCtx } from '../../_generated/server';
import { retryAfterMs } from '../clerkApi';
import { clerkTimeoutMs, syncAttemptsMax, syncLimitedMax } from '../limits';
import type { SyncFailure } from './validators';

/** The Backend API version whose answers the parsers are tested against. */
const apiVersion = '2026-05-12';

/** Ends a run. Carries no text of Clerk's or of the network: those may repeat what was sent. */
export class SyncTrouble extends Error {
  constructor(readonly failure: SyncFailure) {
    super(failure.message);
  }
}

/** Ends the driver without a word: the run was cancelled, or somebody else drives it now. */
export class Stopped extends Error {
  constructor(readonly why: 'cancelled' | 'lost') {
    super(why);
  }
}

export interface ReaderOptions {
  baseUrl: string;
  /** Lives in this object only. */
  secretKey: string;
  /** Resolves once so many requests may be made (the budget that all of us share). */
  takeRequests: (count: number) => Promise<void>;
  /** Throws when the run is to stop; asked before every wait. */
  checkStop: () => void;
}

/** Requests taken out of the shared budget at once; what a run leaves over is lost. */
const requestsTakenAtOnce = 10;
const backoffMsFirst = 1_000;

export type Answer = { found: true; body: unknown } | { found: false; status: 404 | 422 };

/**
 * Reads Clerk's Backend API with one key: within the shared budget, obeying `Retry-After`, trying
 * again in trouble. Anything else ends in `SyncTrouble`.
 */
export class ClerkReader {
  requests = 0;
  limited = 0;
  private left = 0;
  private taking: Promise<void> | undefined;

  constructor(private readonly options: ReaderOptions) {}

  /** 404, and 422 (a cursor that is gone), are answers; the caller knows what they mean. */
  async get(path: string): Promise<Answer> {
    let attempts = 0;
    let limited = 0;
    for (;;) {
      this.options.checkStop();
      await this.takeOne();
      const answer = await this.ask(path);
      if (answer.kind === 'ok') return { found: true, body: answer.body };
      if (answer.kind === 'none') return { found: false, status: answer.status };
      if (answer.kind === 'limited') limited += 1;
      else attempts += 1;
      if (attempts >= syncAttemptsMax || limited >= syncLimitedMax) {
        throw new SyncTrouble({
          code: 'CLERK_UNAVAILABLE',
          message: `${answer.reason}; tried ${attempts + limited} times`,
        });
      }
      await sleep(answer.afterMs ?? backoffMsFirst * 2 ** (attempts - 1), this.options.checkStop);
    }
  }

  private async takeOne(): Promise<void> {
    while (this.left === 0) {
      this.taking ??= this.options.takeRequests(requestsTakenAtOnce).then(() => {
        this.left += requestsTakenAtOnce;
        this.taking = undefined;
      });
      await this.taking;
    }
    this.left -= 1;
  }

  private async ask(path: string): Promise<RawAnswer> {
    const { baseUrl, secretKey } = this.options;
    this.requests += 1;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), clerkTimeoutMs);
    try {
      const response = await fetch(`${baseUrl}${path}`, {
        headers: { Authorization: `Bearer ${secretKey}`, 'Clerk-API-Version': apiVersion },
        signal: abort.signal,
      });
      // Also the body within the time-out.
      if (response.ok) return { kind: 'ok', body: await response.json() };
      return this.refusal(response);
    } catch (error) {
      if (error instanceof SyncTrouble) throw error;
      const reason = abort.signal.aborted
        ? `Clerk did not answer within ${clerkTimeoutMs / 1_000} s`
        : 'Clerk could not be reached, or its answer broke off';
      return { kind: 'trouble', reason };
    } finally {
      clearTimeout(timer);
    }
  }

  private refusal(response: Response): RawAnswer {
    const { status } = response;
    const afterMs = retryAfterMs(response.headers.get('retry-after'));
    if (status === 404 || status === 422) return { kind: 'none', status };
    if (status === 401) {
      throw new SyncTrouble({
        code: 'CLERK_KEY_INVALID',
        message: 'The Clerk secret key is invalid or expired',
      });
    }
    if (status === 429) {
      this.limited += 1;
      const reason = 'Clerk is limiting our requests (429)';
      return { kind: 'limited', reason, afterMs: afterMs ?? backoffMsFirst };
    }
    if (status >= 500 || status === 408) {
      return { kind: 'trouble', reason: `Clerk is in trouble (${status})`, afterMs };
    }
    throw new SyncTrouble({
      code: 'CLERK_REFUSED',
      message: `Clerk refused the request (${status})`,
    });
  }
}

type RawAnswer =
  | { kind: 'ok'; body: unknown }
  | { kind: 'none'; status: 404 | 422 }
  | { kind: 'limited'; reason: string; afterMs: number }
  | { kind: 'trouble'; reason: string; afterMs?: number };

/** Long waits are cut into pieces, so that a cancelled run stops soon. */
const napMsMax = 1_000;

export async function sleep(ms: number, checkStop: () => void): Promise<void> {
  for (let left = ms; left > 0; left -= napMsMax) {
    checkStop();
    await new Promise<void>((resolve) => void setTimeout(resolve, Math.min(left, napMsMax)));
  }
}

/** Takes requests out of the budget that everything of ours shares; waits where it is used up. */
export function requestTaker(ctx: Pick<ActionCtx, 'runMutation'>, checkStop: () => void) {
  return async (count: number): Promise<void> => {
    for (;;) {
      const taken = await ctx.runMutation(internal.syncWork.takeRequests, { count });
      if (taken.ok) return;
      await sleep(taken.waitMs, checkStop);
    }
  };
}
