/**
 * A process that plays schedules: gets `{from, count}` messages, answers each with the failures of
 * that range, ends with its channel.
 */
import { MemoryWorld } from './deployment';
import { simulate } from './kinds';

export interface Range {
  from: number;
  count: number;
}

export interface Played extends Range {
  failures: { seed: number; trace: string }[];
}

const world = await MemoryWorld.open();

async function play({ from, count }: Range): Promise<Played> {
  const failures: Played['failures'] = [];
  for (let seed = from; seed < from + count; seed++) {
    try {
      await simulate(world.fresh(), seed);
    } catch (error) {
      failures.push({ seed, trace: error instanceof Error ? error.message : String(error) });
    }
  }
  return { from, count, failures };
}

process.on('message', (range: Range) => {
  void play(range).then((played) => process.send?.(played));
});
process.on('disconnect', () => process.exit(0));
