import { bundledProgram } from './bundled-program';

/**
 * The local Convex as one file. Through `tsx` each call would cost a fifth more, too, for `tsx` has
 * esbuild name each closure as it is made.
 */
export function convexProgram(): Promise<string> {
  return bundledProgram({
    name: 'rollcall-convex',
    entry: 'local/convex/main.ts',
    sources: ['local/convex'],
    beside: 'local/convex/functions/prelude',
  });
}
