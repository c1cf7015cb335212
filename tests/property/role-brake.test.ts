import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countPerson, peopleIn } from '../../convex/model/roleBrake';
import { roleBrakeSlotMs, roleBrakeWindowMs } from '../../convex/model/limits';

interface Edit {
  person: number;
  at: number;
}

/** Edits in order of time; steps from seconds to more than a window. */
const edits: fc.Arbitrary<Edit[]> = fc
  .array(
    fc.record({
      person: fc.nat(11),
      stepMs: fc.oneof(fc.nat(1_000), fc.nat(roleBrakeSlotMs), fc.nat(roleBrakeWindowMs)),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let at = 1_000_000_000_000;
    return steps.map(({ person, stepMs }) => ({ person, at: (at += stepMs) }));
  });

/** Lets edits through as the brake does, until the first that opens it. */
function passedUntilBraked(all: readonly Edit[], limit: number) {
  let slots: { at: number; people: number }[] = [];
  const slotOf = new Map<number, number | undefined>();
  const passed: Edit[] = [];
  for (const edit of all) {
    const counted = countPerson(slots, slotOf.get(edit.person), edit.at);
    if (peopleIn(counted) > limit) return { passed, braked: edit };
    slots = counted;
    slotOf.set(edit.person, counted.at(-1)?.at);
    passed.push(edit);
  }
  return { passed, braked: undefined };
}

function peopleWithin(all: readonly Edit[], until: number, windowMs: number): number {
  const inWindow = all.filter(({ at }) => at <= until && at > until - windowMs);
  return new Set(inWindow.map(({ person }) => person)).size;
}

describe('the count behind the brake on mass role changes', () => {
  test('never more people than the limit within an hour pass', () => {
    fc.assert(
      fc.property(edits, fc.integer({ min: 1, max: 6 }), (all, limit) => {
        const { passed } = passedUntilBraked(all, limit);
        for (const { at } of passed) {
          expect(peopleWithin(passed, at, roleBrakeWindowMs)).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('who stays within the limit, slots included, never meets the brake', () => {
    fc.assert(
      fc.property(edits, fc.integer({ min: 1, max: 6 }), (all, limit) => {
        const { passed, braked } = passedUntilBraked(all, limit);
        if (braked === undefined) return;
        const reach = roleBrakeWindowMs + 2 * roleBrakeSlotMs;
        expect(peopleWithin([...passed, braked], braked.at, reach)).toBeGreaterThan(limit);
      }),
      { numRuns: 1_000 },
    );
  });

  test('the row stays small whatever comes', () => {
    fc.assert(
      fc.property(edits, (all) => {
        let slots: { at: number; people: number }[] = [];
        for (const { at } of all) slots = countPerson(slots, undefined, at);
        expect(slots.length).toBeLessThanOrEqual(roleBrakeWindowMs / roleBrakeSlotMs + 2);
      }),
    );
  });
});
