import type { RestMeta } from '../../rest/meta';
import { user } from '../../rest/shapes';

export const usersPath = '/api/v1/admin/users';

/** A command about one person, which answers their row. */
export function userCommand(
  verb: string,
  details: Pick<RestMeta, 'summary' | 'permission' | 'description'>,
): RestMeta {
  return {
    method: 'POST',
    path: `${usersPath}/{userId}/${verb}`,
    tag: 'Users',
    output: user,
    errors: [404, 409],
    ...details,
  };
}
