import { errorBody } from '../shared/error-codes';
import { errorPage } from './error-page';

const parameter = '__clerk_handshake';
/** Set for a moment by the first try without the handshake. */
const triedCookie = '__rollcall_handshake';
const triedForS = 15;

const refusedByClerk = /^Clerk: Handshake token verification failed/;
/** Clerk could not be asked for its keys: that is no fault of the handshake. */
const keysMissing = /reason=jwk-(remote|failed|local)/;

function cookieNames(request: Request): string[] {
  const pairs = (request.headers.get('cookie') ?? '').split(';');
  return pairs.map((pair) => pair.split('=', 1)[0]?.trim() ?? '');
}

/** The very page, asked for without what was broken. Never another site: `//x` is one. */
function again(request: Request, carriers: readonly string[]): Response {
  const url = new URL(request.url);
  url.searchParams.delete(parameter);
  const location = url.pathname.replace(/^\/+/, '/') + url.search;
  const headers = new Headers({ location, 'cache-control': 'no-store' });
  for (const name of carriers) headers.append('set-cookie', `${name}=; Path=/; Max-Age=0`);
  headers.append('set-cookie', `${triedCookie}=1; Path=/; Max-Age=${triedForS}; HttpOnly`);
  return new Response(null, { status: 307, headers });
}

/**
 * What to answer when Clerk's middleware failed on a handshake: an old link or one that somebody made
 * up, in the address or in a cookie. The page is asked for once more without it. Where that leads to
 * another one that does not verify, the keys do not fit together.
 *
 * @returns undefined when it failed for another reason.
 */
export function answerToBrokenHandshake(thrown: unknown, request: Request): Response | undefined {
  if (!(thrown instanceof Error) || !refusedByClerk.test(thrown.message)) return undefined;
  if (keysMissing.test(thrown.message)) return undefined;
  const names = cookieNames(request);
  if (new URL(request.url).pathname.startsWith('/api/')) {
    const message = `${parameter}: is no handshake of Clerk. Ask again without it.`;
    return Response.json(errorBody('INVALID_INPUT', { field: parameter, message }), {
      status: 400,
    });
  }
  if (names.includes(triedCookie)) {
    const message =
      'Clerk’s handshake does not verify with our key. CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY must be of one Clerk application; `npm run doctor` compares them.';
    return errorPage(errorBody('NOT_CONFIGURED', { message }));
  }
  const carriers = names.filter((name) => /^__clerk_handshake(_[\w-]{1,40})?$/.test(name));
  return again(request, carriers);
}
