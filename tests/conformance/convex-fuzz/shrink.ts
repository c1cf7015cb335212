import type { CallOp, Op } from '../../fixtures/convex-fuzz/convex/program';
import type { Program, Step } from './programs';

/**
 * The smallest program found that still differs: leaves out whole steps, then operations, as long
 * as something can be left out.
 */
export async function shrink(
  program: Program,
  differs: (smaller: Program) => Promise<boolean>,
): Promise<Program> {
  let best = program;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const steps of smallerLists(best.steps, smallerSteps)) {
      const candidate = { ...best, steps };
      if (!(await differs(candidate))) continue;
      best = candidate;
      isSmaller = true;
      break;
    }
  }
  return best;
}

/** Without one of them, or with one of them smaller. */
function* smallerLists<T>(list: readonly T[], smaller: (item: T) => Iterable<T>): Iterable<T[]> {
  for (let at = list.length - 1; at >= 0; at -= 1) yield list.filter((_, other) => other !== at);
  for (const [at, item] of list.entries()) {
    for (const replacement of smaller(item)) yield list.with(at, replacement);
  }
}

function* smallerSteps(step: Step): Iterable<Step> {
  for (const body of smallerLists(step.body, smallerOps)) yield { ...step, body };
}

function* smallerOps(op: Op): Iterable<Op> {
  switch (op.op) {
    case 'call':
    case 'each':
      for (const body of smallerLists(op.body, smallerOps)) yield { ...op, body };
      break;
    case 'all':
      for (const calls of smallerLists(op.calls, smallerCalls)) yield { ...op, calls };
      break;
    case 'together':
      for (const of of smallerLists(op.of, smallerOps)) yield { ...op, of };
      break;
    case 'read':
    case 'page':
      for (const filters of smallerLists(op.query.filters, () => [])) {
        yield { ...op, query: { ...op.query, filters } };
      }
      break;
    default:
  }
}

function* smallerCalls(call: CallOp): Iterable<CallOp> {
  for (const body of smallerLists(call.body, smallerOps)) yield { ...call, body };
}
