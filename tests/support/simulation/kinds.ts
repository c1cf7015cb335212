import type { Deployment } from './deployment';
import { SyncSimulation } from './sync-simulation';

interface Kind {
  name: string;
  ids: readonly string[];
  steps: number;
  accessShare?: number;
  scriptShare?: number;
  lateShare?: number;
  inviteShare?: number;
  tieShare?: number;
}

/** Seed s plays kind s modulo their number. */
export const kinds: readonly Kind[] = [
  { name: 'one person', ids: ['ann'], steps: 30 },
  { name: 'several people', ids: ['boss', 'ann', 'bob'], steps: 40 },
  { name: 'one person in and out', ids: ['ann'], steps: 50, accessShare: 0.17, lateShare: 0.03 },
  { name: 'several people, long', ids: ['boss', 'ann', 'bob', 'cid'], steps: 120 },
  {
    name: 'a crowd under the brake',
    ids: ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'],
    steps: 90,
    scriptShare: 0.04,
  },
  { name: 'edits of one instant', ids: ['ann'], steps: 60, lateShare: 0.06, tieShare: 0.35 },
  { name: 'guests', ids: ['ann'], steps: 90, inviteShare: 0.6 },
];

/** Of the long and the special ones there is one of each in so many. */
const longOneIn = 20;

export function kindOf(seed: number): Kind {
  const [one, several, inAndOut, ...special] = kinds;
  const short = [one, several, inAndOut][seed % 3];
  const kind = special[seed % longOneIn] ?? short;
  if (kind === undefined) throw new Error('there are three short kinds');
  return kind;
}

/** One schedule; throws with its seed and every step where something does not hold. */
export async function simulate(world: Deployment, seed: number): Promise<void> {
  const kind = kindOf(seed);
  const simulation = new SyncSimulation(world, { seed, ...kind });
  try {
    await simulation.run(kind.steps);
  } catch (error) {
    const trace = simulation.steps.map((step, i) => `${i + 1}. ${step}`).join('\n');
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, ${kind.name}\n${trace}\n${cause}`, { cause: error });
  }
}
