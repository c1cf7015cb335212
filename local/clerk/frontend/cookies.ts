import { cookieSuffix } from '../tokens';

/** Clerk's cookies live a year; what they hold expires on its own. */
const cookieLifeS = 365 * 24 * 60 * 60;

/** How a client stands, as the application's origin should remember it. */
export interface ClientCookies {
  publishableKey: string;
  devBrowserToken: string;
  /** Absent when the client is signed out. */
  signedIn?: { sessionToken: string; clientUatS: number };
}

/**
 * The `Set-Cookie` directives of a handshake. Readable by scripts because clerk-js itself reads and
 * writes all three. No `Secure`: the local stack is plain http on loopback.
 */
export function handshakeDirectives(cookies: ClientCookies): string[] {
  const suffix = cookieSuffix(cookies.publishableKey);
  const both = (name: string, value: string, maxAgeS: number) =>
    [name, `${name}_${suffix}`].map(
      (each) => `${each}=${value}; Path=/; Max-Age=${maxAgeS}; SameSite=Lax`,
    );
  const { signedIn } = cookies;
  return [
    ...both('__clerk_db_jwt', cookies.devBrowserToken, cookieLifeS),
    ...both('__client_uat', String(signedIn?.clientUatS ?? 0), cookieLifeS),
    // The value before the attributes must be empty: the SDK takes any other for a token.
    ...(signedIn
      ? both('__session', signedIn.sessionToken, cookieLifeS)
      : both('__session', '', 0)),
  ];
}
