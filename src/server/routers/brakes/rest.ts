import { z } from 'zod';
import type { Id } from '../../../../convex/_generated/dataModel';
import type { RestMeta } from '../../rest/meta';
import { brake } from '../../rest/bulk-shapes';
import { convexId } from '../../trpc-errors';

export const brakesPath = '/api/v1/admin/brakes';
export const tag = 'Brakes';

export const brakeInput = z.strictObject({ brakeId: convexId });

/** The shape was checked; whether it is an id of a brake is Convex's validator's business. */
export const brakeOf = (id: string) => id as Id<'brakes'>;

/** What somebody decides about a brake, which answers the brake. */
export function decision(verb: string, summary: string): { rest: RestMeta } {
  return {
    rest: {
      method: 'POST',
      path: `${brakesPath}/{brakeId}/${verb}`,
      tag,
      summary,
      description: 'For people only: an API token is refused.',
      permission: 'brakes:decide',
      output: brake,
      errors: [404, 409],
    },
  };
}
