import { bundledProgram } from './bundled-program';

/**
 * Young objects get twice the room that Node gives them. A transaction makes thousands that live as
 * long as it does; with less room they are taken for old ones, copied, and kept until much later.
 * Costs some 45 MiB from the start and saves a sync a few hundredths of its processor time
 * (bench/README.md).
 */
const nodeOptions = ['--max-semi-space-size=32'];

/** What `node` is started with for the local Convex. */
export async function convexCommand(): Promise<string[]> {
  return [...nodeOptions, await convexProgram()];
}

/**
 * The local Convex as one file. Through `tsx` each call would cost a fifth more, too, for `tsx` has
 * esbuild name each closure as it is made.
 */
export function convexProgram(): Promise<string> {
  return bundledProgram({
    name: 'rollcall-convex',
    entry: 'local/convex/main.ts',
    threads: ['local/convex/store/writer-thread.ts'],
    sources: ['local/convex'],
    beside: 'local/convex/functions/prelude',
  });
}
