import { mergeRole } from '../../convex/model/mergeRole';
import { judgeArrival } from '../../convex/model/versionRegister';
import { defaultRole, type Role } from '../../src/shared/roles';

/*
 * One person, one console and one hand in Clerk, small enough to walk every interleaving. The
 * decisions are the product's own (`mergeRole`, `judgeArrival`); around them stands as little of
 * row, outbox and Clerk as they need. `convex-simulation.test.ts` drives the real ones, at random.
 */

interface Payload {
  role: Role | undefined;
  rev: number;
  /** Index into `intents`. */
  intent: number | undefined;
  at: number;
  byHand: boolean;
}

interface Intent {
  role: Role;
  rev: number;
  state: 'queued' | 'inFlight' | 'landed' | 'done' | 'superseded';
  answer?: Payload;
  patches: number;
  /** When Clerk carried it out. */
  landedAt?: number;
}

export interface RoleState {
  now: number;
  row: { role: Role; rev: number; decidedAt: number; pending: boolean; seen: Role | undefined };
  /** The version register. */
  known: number;
  clerk: Payload;
  intents: readonly Intent[];
  transit: readonly Payload[];
  decided: number;
  edited: number;
  /** What the winner rule looks at: the last decision and the last edit by hand. */
  decision?: { role: Role; at: number; intent: number };
  edit?: { role: Role; at: number };
  /** The last edit by hand that reached us as the newest state of Clerk. */
  seenEdit?: { role: Role; at: number };
}

export interface Writers {
  decisions: readonly Role[];
  edits: readonly Role[];
  /** A decision gets the very instant of the last change in Clerk: the tie of the winner rule. */
  ties: boolean;
}

export type RoleMove =
  | { kind: 'decide' }
  | { kind: 'edit' }
  | { kind: 'send' | 'land' | 'answer'; intent: number }
  | { kind: 'deliver'; at: number };

export const firstState: RoleState = {
  now: 1,
  row: { role: defaultRole, rev: 0, decidedAt: 0, pending: false, seen: undefined },
  known: 1,
  clerk: { role: undefined, rev: 0, intent: undefined, at: 1, byHand: true },
  intents: [],
  transit: [],
  decided: 0,
  edited: 0,
};

/** Everything that can happen next; empty once both sides are at rest. */
export function movesOf(state: RoleState, writers: Writers): RoleMove[] {
  const moves: RoleMove[] = [];
  if (state.decided < writers.decisions.length) moves.push({ kind: 'decide' });
  if (state.edited < writers.edits.length) moves.push({ kind: 'edit' });
  const busy = state.intents.some(({ state: s }) => s === 'inFlight' || s === 'landed');
  state.intents.forEach(({ state: s }, intent) => {
    if (s === 'queued' && !busy) moves.push({ kind: 'send', intent });
    if (s === 'inFlight') moves.push({ kind: 'land', intent });
    if (s === 'landed') moves.push({ kind: 'answer', intent });
  });
  for (const { at } of state.transit) moves.push({ kind: 'deliver', at });
  return moves;
}

export function take(state: RoleState, move: RoleMove, writers: Writers): RoleState {
  switch (move.kind) {
    case 'decide':
      return decide(state, writers.decisions[state.decided] ?? defaultRole, writers.ties);
    case 'edit':
      return edit(state, writers.edits[state.edited] ?? defaultRole);
    case 'deliver': {
      const payload = state.transit.find(({ at }) => at === move.at);
      const transit = state.transit.filter(({ at }) => at !== move.at);
      return payload === undefined ? state : arrive({ ...state, transit }, payload, writers.ties);
    }
    case 'send':
      return setIntent(state, move.intent, { state: 'inFlight' });
    case 'land':
      return land(state, move.intent);
    case 'answer':
      return answer(state, move.intent, writers.ties);
  }
}

function setIntent(state: RoleState, index: number, change: Partial<Intent>): RoleState {
  const intents = state.intents.map((each, i) => (i === index ? { ...each, ...change } : each));
  return { ...state, intents };
}

function supersedeQueued(intents: readonly Intent[], as: 'superseded' | 'done'): Intent[] {
  return intents.map((each) => (each.state === 'queued' ? { ...each, state: as } : each));
}

/** A decision, with a revision and an intent of its own; older queued ones are superseded. */
function queue(state: RoleState, role: Role, ties: boolean): RoleState {
  const rev = state.row.rev + 1;
  const at = ties ? state.now : state.now + 1;
  return {
    ...state,
    now: at,
    row: { ...state.row, role, rev, decidedAt: at, pending: true },
    intents: [
      ...supersedeQueued(state.intents, 'superseded'),
      { role, rev, state: 'queued', patches: 0 },
    ],
    decision: { role, at, intent: state.intents.length },
  };
}

function decide(state: RoleState, role: Role, ties: boolean): RoleState {
  const next = { ...state, decided: state.decided + 1 };
  return role === state.row.role ? next : queue(next, role, ties);
}

function edit(state: RoleState, role: Role): RoleState {
  const at = state.now + 1;
  const clerk = { ...state.clerk, role, at, byHand: true };
  return {
    ...state,
    now: at,
    clerk,
    transit: [...state.transit, clerk],
    edited: state.edited + 1,
    edit: { role, at },
  };
}

function land(state: RoleState, index: number): RoleState {
  const intent = state.intents[index];
  if (intent === undefined) return state;
  const at = state.now + 1;
  const clerk = { role: intent.role, rev: intent.rev, intent: index, at, byHand: false };
  const landed = {
    state: 'landed',
    answer: clerk,
    patches: intent.patches + 1,
    landedAt: at,
  } as const;
  const next = setIntent(state, index, landed);
  return { ...next, now: at, clerk, transit: [...state.transit, clerk] };
}

function answer(state: RoleState, index: number, ties: boolean): RoleState {
  const intent = state.intents[index];
  if (intent?.answer === undefined) return state;
  const told = setIntent(arrive(state, intent.answer, ties), index, {
    state: 'done',
    answer: undefined,
  });
  const wanted = told.row.rev === intent.rev && told.row.pending;
  return wanted ? { ...told, row: { ...told.row, pending: false, seen: intent.role } } : told;
}

/** A payload reaches the row, by webhook or as the answer to a push. */
function arrive(state: RoleState, payload: Payload, ties: boolean): RoleState {
  const version = { updatedAt: payload.at, content: String(payload.role) };
  const known = { updatedAt: state.known, content: String(state.row.seen) };
  if (judgeArrival(known, version, { kind: 'webhook' }) !== 'apply') return state;
  const { row } = state;
  const merge = mergeRole(
    { role: row.role, rev: row.rev, decidedAt: row.decidedAt, unsettled: row.pending },
    row.seen,
    {
      raw: payload.role,
      rev: payload.rev,
      pushedRole:
        payload.intent === undefined || payload.rev >= row.rev
          ? undefined
          : state.intents[payload.intent]?.role,
      updatedAt: payload.at,
    },
  );
  const rev = Math.max(row.rev, payload.rev);
  const seen = {
    ...state,
    known: payload.at,
    // What is older can only be stale from here on: when it is delivered makes no difference.
    transit: state.transit.filter(({ at }) => at > payload.at),
    row: { ...row, seen: payload.role },
    ...(payload.byHand && payload.role && { seenEdit: { role: payload.role, at: payload.at } }),
  };
  if (merge.kind === 'inSync') {
    const settled = merge.echo && row.pending;
    return {
      ...seen,
      row: { ...seen.row, rev, pending: row.pending && !settled },
      intents: settled ? supersedeQueued(state.intents, 'done') : state.intents,
    };
  }
  if (merge.kind === 'overwritten') return queue(seen, row.role, ties);
  const theirs =
    merge.kind === 'external'
      ? merge.role
      : merge.kind === 'conflict' && merge.winner === 'theirs'
        ? merge.theirs
        : undefined;
  if (theirs === undefined) return seen;
  return {
    ...seen,
    row: { ...seen.row, role: theirs, rev, pending: false },
    intents: row.pending ? supersedeQueued(state.intents, 'superseded') : state.intents,
  };
}

/** The same text for states that differ in nothing that can matter later. */
export function keyOf(state: RoleState): string {
  const { row, clerk, intents, transit, decision, edit, seenEdit } = state;
  const payload = (p: Payload) => `${p.role},${p.rev},${p.intent},${p.at},${p.byHand}`;
  return [
    state.now,
    `${row.role},${row.rev},${row.decidedAt},${row.pending},${row.seen}`,
    state.known,
    payload(clerk),
    intents.map((i) => `${i.role},${i.rev},${i.state},${i.answer?.at},${i.patches},${i.landedAt}`),
    transit.map(payload).sort(),
    state.decided,
    state.edited,
    `${decision?.role},${decision?.at},${decision?.intent}`,
    `${edit?.role},${edit?.at},${seenEdit?.role},${seenEdit?.at}`,
  ].join('|');
}
