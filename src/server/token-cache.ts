/** A token is not handed out any more this long before it expires: it must outlive the request. */
export const expiryMarginMs = 10_000;

export interface TokenCacheOptions {
  /** Mints a token for a session; each call costs a request to Clerk. */
  mint: (sessionId: string) => Promise<string>;
  now?: () => number;
  /** Sessions kept at most; the one unused for longest goes first. */
  sessionsMax?: number;
}

interface Entry {
  token: string;
  expiresAtMs: number;
}

/** Reads `exp` of a JWT that Clerk just gave us; verification is the receiver's business. */
export function tokenExpiryMs(jwt: string): number {
  const payload = jwt.split('.')[1];
  if (!payload) return 0;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : 0;
    return typeof exp === 'number' ? exp * 1000 : 0;
  } catch {
    return 0;
  }
}

/**
 * Keeps each session's Convex token until shortly before it expires. Requests of the same session
 * that come while a token is being minted share that one; a failure is not kept.
 */
export class TokenCache {
  readonly #options: Required<TokenCacheOptions>;
  readonly #entries = new Map<string, Entry>();
  readonly #inFlight = new Map<string, Promise<string>>();

  constructor(options: TokenCacheOptions) {
    this.#options = { now: Date.now, sessionsMax: 10_000, ...options };
  }

  async get(sessionId: string): Promise<string> {
    const entry = this.#entries.get(sessionId);
    if (entry && entry.expiresAtMs - expiryMarginMs > this.#options.now()) {
      // Re-inserting moves it to the end of the map: the front is the least recently used.
      this.#entries.delete(sessionId);
      this.#entries.set(sessionId, entry);
      return entry.token;
    }
    const pending = this.#inFlight.get(sessionId);
    if (pending) return pending;
    const minting = this.#mint(sessionId).finally(() => this.#inFlight.delete(sessionId));
    this.#inFlight.set(sessionId, minting);
    return minting;
  }

  /** Drops a token that turned out to be refused. */
  forget(sessionId: string): void {
    this.#entries.delete(sessionId);
  }

  get size(): number {
    return this.#entries.size;
  }

  async #mint(sessionId: string): Promise<string> {
    const token = await this.#options.mint(sessionId);
    this.#entries.delete(sessionId);
    this.#entries.set(sessionId, { token, expiresAtMs: tokenExpiryMs(token) });
    if (this.#entries.size > this.#options.sessionsMax) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return token;
  }
}
