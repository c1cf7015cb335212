import type { Json } from '../engine/contract';
import type { ServerContext } from './context';
import { HttpError } from './http-error';
import { mendable } from './mendable';
import { functionBodyBytesMax, readJsonObject } from './request-body';
import { sendJson } from './responses';
import type { Route } from './router';

/** Environment variables of the deployment; all for the admin only. */
export function envRoutes({ engine }: ServerContext): Record<string, Route> {
  const update: Route = async (request, response) => {
    const { changes } = await readJsonObject(request, functionBodyBytesMax);
    const parsed = parseChanges(changes);
    // The deployed code may not do without a variable, or not with this value.
    await mendable(() => engine.env.update(parsed));
    sendJson(response, 200, null);
  };
  return {
    'POST /api/update_environment_variables': update,
    'POST /api/v1/update_environment_variables': update,
    'GET /api/v1/list_environment_variables': (_request, response) => {
      const variables = engine.env.list().map(({ name, value }) => [name, value]);
      sendJson(response, 200, { environmentVariables: Object.fromEntries(variables) });
    },
  };
}

function parseChanges(changes: Json | undefined): { name: string; value: string | null }[] {
  if (!Array.isArray(changes)) throw bad('"changes" must be a list of {name, value}.');
  return changes.map((change) => {
    const { name, value = null } = Object(change) as Record<string, unknown>;
    if (typeof name !== 'string') throw bad('Each change needs a "name".');
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(name)) {
      throw bad(
        `Environment variable name "${name}" is invalid: use letters, digits and underscores, ` +
          'not starting with a digit, at most 40 characters.',
        'InvalidEnvironmentVariableName',
      );
    }
    if (value !== null && typeof value !== 'string') {
      throw bad(`The value of "${name}" must be a string, or null to remove it.`);
    }
    return { name, value };
  });
}

function bad(message: string, code = 'BadRequest'): HttpError {
  return new HttpError(400, code, message);
}
