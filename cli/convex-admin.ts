import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { ConvexError, type Value } from 'convex/values';
import { isErrorBody } from '../src/shared/error-codes';
import { CliError, wayOutOf } from './cli-error';
import type { ConvexAccess } from './settings';

/** A command waits this long for the deployment before it says that it did not answer. */
const answerMaxMs = 30_000;

type Args = Record<string, Value>;

/** Calls the internal `admin:*` functions with the deployment's admin or deploy key. */
export interface ConvexAdmin {
  query(name: string, args?: Args): Promise<unknown>;
  mutation(name: string, args?: Args): Promise<unknown>;
  action(name: string, args?: Args): Promise<unknown>;
}

/** `setAdminAuth` exists in every release, but is left out of the published types. */
interface WithAdminAuth {
  setAdminAuth(key: string): void;
}

function translated(error: unknown, access: ConvexAccess): CliError {
  if (error instanceof ConvexError && isErrorBody(error.data)) {
    const { code, message } = error.data;
    return new CliError(code, { message, wayOut: wayOutOf(code) });
  }
  const text = error instanceof Error ? error.message : String(error);
  if (/fetch failed|timed? ?out|aborted/i.test(text)) {
    return new CliError('CONVEX_UNAVAILABLE', {
      message: `Convex at ${access.url} does not answer.`,
      wayOut:
        'Local stack: is npm start running? Else check CONVEX_URL. npm run doctor tells more.',
    });
  }
  if (/Failed to parse URL|Invalid URL/i.test(text)) {
    return new CliError('NOT_CONFIGURED', {
      message: `CONVEX_URL is "${access.url}", which is no address.`,
      wayOut: 'Set it to the full http(s) address of the deployment. npm run doctor tells more.',
    });
  }
  if (/BadAdminKey|BadDeployKey|Unauthorized|\b40[13]\b|admin key|deploy key/i.test(text)) {
    return new CliError('FORBIDDEN', {
      message: `Convex at ${access.url} refuses the key.`,
      wayOut:
        'Set CONVEX_DEPLOY_KEY (Convex Cloud) or CONVEX_SELF_HOSTED_ADMIN_KEY of that deployment.',
    });
  }
  if (/Could not find (public )?function/i.test(text)) {
    return new CliError('NOT_FOUND', {
      message: `Convex at ${access.url} does not have Rollcall's functions, or older ones.`,
      wayOut: 'Push them: npx convex deploy. The local stack pushes by itself at npm start.',
    });
  }
  return new CliError('INTERNAL', { message: text, wayOut: 'npm run doctor checks the set-up.' });
}

export function convexAdmin(access: ConvexAccess): ConvexAdmin {
  const client = new ConvexHttpClient(access.url, {
    skipConvexDeploymentUrlCheck: true,
    logger: false,
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(answerMaxMs) }),
  });
  (client as unknown as WithAdminAuth).setAdminAuth(access.key);
  const guarded = async (call: () => Promise<unknown>) => {
    try {
      return await call();
    } catch (error) {
      throw translated(error, access);
    }
  };
  return {
    query: (name, args = {}) =>
      guarded(() => client.query(makeFunctionReference<'query'>(name), args)),
    mutation: (name, args = {}) =>
      guarded(() => client.mutation(makeFunctionReference<'mutation'>(name), args)),
    action: (name, args = {}) =>
      guarded(() => client.action(makeFunctionReference<'action'>(name), args)),
  };
}
