import { envValueAllowed, type Instance } from '../components/definition';
import { PushError } from './push-error';
import type { PushedComponent } from './pushed-code';

export type Env = Record<string, string>;

/** Set by the runtime in every component, whatever the developer sets. */
export const platformEnvNames = ['CONVEX_CLOUD_URL', 'CONVEX_SITE_URL'] as const;

/**
 * The environment of each installed component: the app has the deployment's, a component has what
 * its parent passes for the names it declares. Throws when a required one is missing or not
 * allowed.
 */
export function declaredEnv(
  components: ReadonlyMap<string, PushedComponent>,
  deploymentEnv: Env,
  instances: readonly Instance[],
): Map<string, Env> {
  const platform = Object.fromEntries(
    platformEnvNames.flatMap((name) =>
      deploymentEnv[name] === undefined ? [] : [[name, deploymentEnv[name]]],
    ),
  );
  const envs = new Map<string, Env>();
  for (const instance of instances) {
    const { definition } = components.get(instance.definitionPath) ?? {};
    if (!definition) throw new Error(`No code for the component ${instance.definitionPath}`);
    const own = instance.parent
      ? boundEnv(instance, envs.get(instance.parent.componentPath) ?? {})
      : deploymentEnv;
    checkDeclarations(instance, definition.envVars, own);
    if (!instance.parent) {
      envs.set(instance.componentPath, own);
      continue;
    }
    const declared = definition.envVars.flatMap(({ name }) =>
      own[name] === undefined ? [] : [[name, own[name]]],
    );
    envs.set(instance.componentPath, { ...platform, ...Object.fromEntries(declared) });
  }
  return envs;
}

function boundEnv(instance: Instance, parentEnv: Env): Env {
  const bound: Env = {};
  for (const [name, binding] of Object.entries(instance.env)) {
    const value = binding.type === 'value' ? binding.value : parentEnv[binding.name];
    if (value !== undefined) bound[name] = value;
  }
  return bound;
}

function checkDeclarations(
  instance: Instance,
  declarations: PushedComponent['definition']['envVars'],
  env: Env,
): void {
  const missing = declarations.filter(({ name, optional }) => !optional && env[name] === undefined);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    throw instance.parent
      ? new PushError(
          'InvalidComponentDefinition',
          `The component "${instance.componentPath}" needs ${names}; pass it in use(component, { env: { ... } }).`,
        )
      : new PushError(
          'MissingEnvironmentVariables',
          `Required environment variables are not set: ${names}.`,
        );
  }
  for (const { name, validator } of declarations) {
    const value = env[name];
    if (value !== undefined && !envValueAllowed(validator, value)) {
      throw new PushError(
        'InvalidComponentDefinition',
        `The value of environment variable ${name}${instance.parent ? ` of component "${instance.componentPath}"` : ''} ` +
          `is not one of those that convex.config.ts declares.`,
      );
    }
  }
}
