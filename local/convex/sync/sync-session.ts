import type { WebSocket } from 'ws';
import { AuthError } from '../auth/auth-error';
import type { Bearers } from '../auth/bearer';
import type { FunctionCall } from '../engine/contract';
import { newRequestId } from '../http/context';
import { decodeTs } from '../http/encoded-ts';
import type { FunctionCalls } from '../http/function-calls';
import {
  argumentOf,
  parseClientMessage,
  type ClientMessage,
  type MessageOf,
} from './client-messages';
import { Outgoing } from './outgoing';
import type { QueryHub } from './query-hub';
import { QuerySet } from './query-set';
import {
  actionResponse,
  authErrorMessage,
  fatalErrorMessage,
  mutationResponse,
  pingMessage,
} from './server-messages';
import { SessionIdentity } from './session-identity';
import { TransitionPump } from './transition-pump';

export interface SyncServices {
  hub: QueryHub;
  calls: FunctionCalls;
  bearers: Bearers;
}

/** Requests of one socket that wait or run; more means a client out of control. */
const requestsInFlightMax = 10_000;

/**
 * One client's socket. Invariants of the protocol:
 * - messages take effect in order, an `Authenticate` before anything sent after it;
 * - mutations run one after the other, and after the response to each successful one follows a
 *   transition at or after its timestamp;
 * - nothing runs for an identity whose token has expired.
 */
export class SyncSession {
  readonly #outgoing: Outgoing;
  readonly #queries: QuerySet;
  readonly #identity: SessionIdentity;
  readonly #transitions: TransitionPump;
  #sessionId: string | undefined;
  #querySetVersion = 0;
  #inbox: Promise<void> = Promise.resolve();
  #mutations: Promise<void> = Promise.resolve();
  #inFlight = 0;
  #isClosed = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly services: SyncServices,
  ) {
    this.#outgoing = new Outgoing(socket);
    this.#queries = new QuerySet(services.hub, () => this.#transitions.wake());
    this.#identity = new SessionIdentity(services.bearers, () => this.#noteExpiry());
    this.#transitions = new TransitionPump({
      hub: services.hub,
      queries: this.#queries,
      outgoing: this.#outgoing,
      versions: () =>
        this.#isClosed || this.#identity.hasExpired
          ? undefined
          : { querySet: this.#querySetVersion, identity: this.#identity.version },
      onError: (error) => this.#fail(error),
    });
    socket.on('message', (data, isBinary) =>
      // `ws` hands text over as one Buffer unless told otherwise.
      this.#receive(isBinary ? '' : (data as Buffer).toString('utf8')),
    );
    socket.on('close', () => this.#dispose());
    // The close event follows; without a listener the error would end the process.
    socket.on('error', () => undefined);
  }

  ping(): void {
    this.#outgoing.send(pingMessage);
  }

  #receive(text: string): void {
    const message = parseClientMessage(text);
    if (!message) {
      this.#outgoing.send(
        fatalErrorMessage('Received a message that is not of the sync protocol.'),
      );
      this.#close(1002, 'BadMessage');
      return;
    }
    this.#inbox = this.#inbox.then(async () => {
      if (this.#isClosed) return;
      await this.#handle(message).catch((error: unknown) => this.#fail(error));
    });
  }

  async #handle(message: ClientMessage): Promise<void> {
    if (message.type !== 'Connect' && this.#sessionId === undefined) {
      this.#close(1002, 'Connect must be the first message');
      return;
    }
    switch (message.type) {
      case 'Connect':
        return this.#connect(message);
      case 'Authenticate':
        return this.#authenticate(message);
      case 'ModifyQuerySet':
        return this.#modifyQuerySet(message);
      case 'Mutation':
        return this.#enqueueMutation(message);
      case 'Action':
        return this.#startAction(message);
      case 'Event':
        // Metrics of the client; nobody here reads them.
        return;
    }
  }

  #connect({ sessionId, clientTs, maxObservedTimestamp }: MessageOf<'Connect'>): void {
    this.#sessionId = sessionId;
    if (typeof clientTs === 'number') this.#transitions.clockSkewMs = clientTs - Date.now();
    const observed = decodeTs(maxObservedTimestamp ?? '') ?? 0n;
    // What a client has seen it must not see undone. A timestamp ahead of us comes from another
    // data folder (`npm run reset`): there is nothing to wait for.
    if (observed <= this.services.hub.ts) this.#transitions.raise(observed);
  }

  async #authenticate(message: MessageOf<'Authenticate'>): Promise<void> {
    // A client whose last attempt failed counts it, we do not: ahead of us is fine.
    if (message.baseVersion < this.#identity.version) {
      this.#close(1002, 'Authenticate has an outdated baseVersion');
      return;
    }
    try {
      await this.#identity.authenticate(message);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.#outgoing.send(authErrorMessage(error.message, message.baseVersion, true));
      return;
    }
    if (this.#isClosed) {
      this.#identity.close();
      return;
    }
    this.#queries.changeIdentity(this.#identity.identity);
    this.#transitions.owe();
  }

  #modifyQuerySet({ baseVersion, newVersion, modifications }: MessageOf<'ModifyQuerySet'>): void {
    if (baseVersion !== this.#querySetVersion || newVersion <= baseVersion) {
      this.#close(1002, 'ModifyQuerySet does not follow the last one');
      return;
    }
    for (const modification of modifications) {
      if (modification.type === 'Remove') {
        this.#queries.remove(modification.queryId);
      } else if (!this.#queries.add(modification, this.#identity.identity)) {
        this.#close(1002, `Query ${modification.queryId} was added twice`);
        return;
      }
    }
    this.#querySetVersion = newVersion;
    if (this.#identity.hasExpired) this.#queries.suspend();
    this.#transitions.owe();
  }

  #enqueueMutation(message: MessageOf<'Mutation'>): void {
    const call = this.#admit(message);
    if (!call) return;
    const dedupe = { sessionId: this.#sessionId ?? '', requestId: message.requestId };
    // The engine runs calls in the order they are made, so all of a burst may share one commit;
    // only the answers wait for each other.
    const running = this.services.calls.mutation(call, dedupe);
    running.catch(() => undefined);
    const answered = this.#mutations.then(async () => {
      const { result, ts } = await running;
      this.#outgoing.send(mutationResponse(message.requestId, result, ts));
      if (result.kind === 'failure') return;
      this.#transitions.raise(ts);
      this.#transitions.owe();
    });
    this.#mutations = this.#settle(answered);
  }

  #startAction(message: MessageOf<'Action'>): void {
    const call = this.#admit(message);
    if (!call) return;
    const run = async () => {
      const result = await this.services.calls.action(call);
      this.#outgoing.send(actionResponse(message.requestId, result));
    };
    void this.#settle(run());
  }

  /** The call to make, or nothing when this client may not make it now. */
  #admit(message: MessageOf<'Mutation' | 'Action'>): FunctionCall | undefined {
    if (this.#identity.hasExpired) {
      this.#sendExpiry();
      return undefined;
    }
    this.#inFlight += 1;
    if (this.#inFlight > requestsInFlightMax) {
      this.#close(1013, 'TooManyConcurrentRequests');
      return undefined;
    }
    return {
      path: message.udfPath,
      args: argumentOf(message.args),
      identity: this.#identity.identity,
      requestId: newRequestId(),
      ...(message.componentPath && { componentPath: message.componentPath }),
    };
  }

  /** The end of a request: an error of ours closes the socket, and the client will try again. */
  #settle(request: Promise<void>): Promise<void> {
    return request
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  #noteExpiry(): void {
    this.#queries.suspend();
    this.#sendExpiry();
  }

  #sendExpiry(): void {
    // The client compares with the version before the identity that failed.
    const baseVersion = this.#identity.version - 1;
    this.#outgoing.send(authErrorMessage('The auth token has expired.', baseVersion, false));
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    const requestId = newRequestId();
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`[Request ID: ${requestId}] sync: ${text}\n`);
    this.#close(1011, `InternalServerError: [Request ID: ${requestId}]`);
  }

  #close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.#dispose();
  }

  #dispose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#identity.close();
    this.#queries.suspend();
  }
}
