import type { Bearer, Bearers } from '../auth/bearer';
import type { Identity } from '../engine/contract';
import type { MessageOf } from './client-messages';

/** `setTimeout` counts milliseconds in 31 bits. */
const timerMsMax = 2 ** 31 - 1;

/** Who speaks on a socket, and for how long. */
export class SessionIdentity {
  identity: Identity = { kind: 'none' };
  /** Counts successful changes, as the client counts them. */
  version = 0;
  hasExpired = false;

  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bearers: Bearers,
    private readonly onExpiry: () => void,
  ) {}

  /** Verifies and adopts. Throws `AuthError` and keeps the former identity when it cannot. */
  async authenticate(message: MessageOf<'Authenticate'>): Promise<void> {
    const bearer = await this.#verify(message);
    clearTimeout(this.#timer);
    this.identity = bearer.identity;
    this.version = message.baseVersion + 1;
    this.hasExpired = false;
    if (bearer.expiresAtMs !== undefined) this.#expireAt(bearer.expiresAtMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #verify(message: MessageOf<'Authenticate'>): Promise<Bearer> {
    switch (message.tokenType) {
      case 'User':
        return this.bearers.fromToken(message.value);
      case 'Admin':
        return this.bearers.fromAdminKey(message.value, message.impersonating);
      case 'None':
        return { identity: { kind: 'none' } };
    }
  }

  #expireAt(atMs: number): void {
    const leftMs = atMs - Date.now();
    this.#timer = setTimeout(
      () => {
        if (leftMs > timerMsMax) return this.#expireAt(atMs);
        this.hasExpired = true;
        this.onExpiry();
      },
      Math.min(Math.max(leftMs, 0), timerMsMax),
    );
    this.#timer.unref();
  }
}
