/** The part of clerk-js that is needed here; it puts itself on `window`. */
interface ClerkGlobal {
  session?: { getToken(): Promise<string | null> } | null;
}

/**
 * A session token that has not expired, renewed by clerk-js where needed. Null when nobody is signed
 * in or clerk-js is not there yet; the cookie speaks then.
 */
export async function sessionToken(): Promise<string | null> {
  if (typeof window === 'undefined') return null;
  const clerk = (window as { Clerk?: ClerkGlobal }).Clerk;
  try {
    return (await clerk?.session?.getToken()) ?? null;
  } catch {
    return null;
  }
}
