import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { ErrorBody } from '../shared/error-codes';
import { currentCaller, type Caller } from './caller';
import { toAppError } from './convex-client';
import { errorField } from './log';
import { annotateRequest } from './request-event';

export type Viewer = NonNullable<FunctionReturnType<typeof api.users.current>>;

/** What a page may show to whoever asks for it. */
export type Admission =
  | { kind: 'signedOut' }
  /** Signed in, but deactivated, deleted or not yet let in. */
  | { kind: 'noAccess'; error: ErrorBody }
  /** Clerk or Convex did not answer. */
  | { kind: 'unavailable'; error: ErrorBody }
  | { kind: 'admitted'; viewer: Viewer };

/** A recorded login may lie this much before the sign-in that the token dates by whole minutes. */
const loginSlackMs = 60_000;

function needsStore(viewer: Viewer | null, caller: Caller): boolean {
  if (!viewer || viewer.lastLoginAt === undefined) return true;
  return (
    caller.signedInAtMs !== undefined && viewer.lastLoginAt < caller.signedInAtMs - loginSlackMs
  );
}

/**
 * The viewer's row, made to exist (requirement B7): `users.store` runs when there is no row yet, and
 * once per sign-in to record the login.
 */
async function ensureRow(caller: Caller): Promise<Viewer> {
  const convex = await caller.convex();
  const viewer = await convex.query(api.users.current, {});
  if (viewer && !viewer.isActive) return viewer;
  return viewer && !needsStore(viewer, caller) ? viewer : convex.mutation(api.users.store, {});
}

/** Decides over the request at hand. Never throws: trouble is an answer too. */
export async function admit(): Promise<Admission> {
  try {
    const caller = await currentCaller();
    if (!caller) return { kind: 'signedOut' };
    annotateRequest({ userId: caller.userId });
    const viewer = await ensureRow(caller);
    if (viewer.isActive) return { kind: 'admitted', viewer };
    return { kind: 'noAccess', error: { code: 'ACCOUNT_INACTIVE', message: 'deactivated' } };
  } catch (caught) {
    const error = toAppError(caught);
    annotateRequest({ code: error.body.code });
    switch (error.body.code) {
      case 'UNAUTHENTICATED':
        return { kind: 'signedOut' };
      case 'ACCOUNT_INACTIVE':
      case 'USER_DELETED':
      case 'FORBIDDEN':
        return { kind: 'noAccess', error: error.body };
      case 'INTERNAL':
        annotateRequest({ error: errorField(error.cause ?? error) });
        return { kind: 'unavailable', error: error.body };
      default:
        annotateRequest({
          trouble: error.cause instanceof Error ? error.cause.message : undefined,
        });
        return { kind: 'unavailable', error: error.body };
    }
  }
}
