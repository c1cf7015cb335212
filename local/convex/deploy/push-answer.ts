import { childPath, instancesOf, type Definition, type Instance } from '../components/definition';
import type { AuthProvider, Json, JsonObject } from '../engine/contract';
import type { AnalyzedModule } from '../functions/analyze-modules';
import type { Env } from './environment';
import type { PushedCode, PushedComponent } from './pushed-code';

/** What `start_push` answers, in the shapes the official command line parses and generates from. */
export function startPushAnswer(
  code: PushedCode,
  extra: { env: Env; authProviders: AuthProvider[]; schemaChange: JsonObject },
): JsonObject {
  const analysis: JsonObject = {};
  const definitions = new Map<string, Definition>();
  for (const [path, component] of code.components) {
    definitions.set(path, component.definition);
    analysis[path] = componentAnalysis(component);
  }
  return {
    environmentVariables: extra.env,
    externalDepsId: null,
    componentDefinitionPackages: {},
    appAuth: extra.authProviders.map(authInfo),
    analysis,
    app: checkedTree(code, instancesOf(definitions)),
    schemaChange: extra.schemaChange,
  };
}

export function authInfo(provider: AuthProvider): JsonObject {
  const { kind, issuer, applicationId, jwksUrl, algorithm } = provider;
  if (kind === 'oidc') return { domain: issuer, applicationID: applicationId ?? '' };
  return {
    type: 'customJwt',
    applicationID: applicationId ?? null,
    issuer,
    jwks: jwksUrl ?? '',
    algorithm: algorithm ?? 'RS256',
  };
}

function componentAnalysis({
  definition,
  schema,
  analysis,
  serverVersion,
}: PushedComponent): JsonObject {
  const functions: JsonObject = {};
  for (const [path, module] of Object.entries(analysis)) functions[path] = moduleAnalysis(module);
  return {
    definition: definitionMetadata(definition, analysis),
    // The command line reads of the schema what `schema.export()` printed.
    schema: schema as Json,
    functions,
    udfConfig: { serverVersion, importPhaseRngSeed: null, importPhaseUnixTimestamp: null },
  };
}

function moduleAnalysis({ functions, httpRoutes, crons }: AnalyzedModule): JsonObject {
  return {
    functions: functions.map(({ name, kind, visibility, args, returns }) => ({
      name,
      pos: null,
      udfType: `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
      visibility: { kind: visibility },
      args,
      returns,
    })),
    httpRoutes:
      httpRoutes && httpRoutes.map(({ path, method }) => ({ route: { path, method }, pos: null })),
    cronSpecs:
      crons &&
      crons.map(({ name, path, args, schedule }) => [
        name,
        { udfPath: path, udfArgs: args, cronSchedule: schedule },
      ]),
    sourceMapped: null,
  };
}

function definitionMetadata(
  definition: Definition,
  analysis: Record<string, AnalyzedModule>,
): JsonObject {
  return {
    path: definition.path,
    definitionType:
      definition.path === ''
        ? {
            type: 'app',
            ...(definition.httpPrefix === undefined ? {} : { httpPrefix: definition.httpPrefix }),
          }
        : { type: 'childComponent', name: definition.name },
    childComponents: definition.children.map(({ name, definitionPath, env }) => ({
      name,
      path: definitionPath,
      env: Object.entries(env).map(([key, binding]): Json => [key, { ...binding }]),
    })),
    httpMounts: Object.fromEntries(
      Object.entries(definition.httpMounts).map(([prefix, child]) => [
        prefix,
        `_reference/childComponent/${child}`,
      ]),
    ),
    exports: exportTree(analysis),
    envVars: definition.envVars.map(({ name, validator, optional }): Json => [
      name,
      { type: 'value', value: JSON.stringify(validator), ...(optional ? { optional } : {}) },
    ]),
  };
}

interface ExportBranch {
  [name: string]: ExportBranch | string;
}

/** A component offers its public functions to whoever installs it, by module path. */
function exportTree(analysis: Record<string, AnalyzedModule>): JsonObject {
  const root: ExportBranch = {};
  for (const [modulePath, { functions }] of Object.entries(analysis)) {
    const path = modulePath.replace(/\.js$/, '');
    for (const { name } of functions.filter(({ visibility }) => visibility === 'public')) {
      let branch = root;
      for (const part of path.split('/')) {
        const next = branch[part];
        const child: ExportBranch = typeof next === 'object' ? next : {};
        branch[part] = child;
        branch = child;
      }
      branch[name] = `_reference/function/${path}:${name}`;
    }
  }
  return exportNode(root);
}

function exportNode(branch: ExportBranch): JsonObject {
  return {
    type: 'branch',
    branch: Object.entries(branch).map(([name, child]): Json => [
      name,
      typeof child === 'string' ? { type: 'leaf', leaf: child } : exportNode(child),
    ]),
  };
}

function checkedTree(code: PushedCode, instances: readonly Instance[]): JsonObject {
  const byPath = new Map(instances.map((instance) => [instance.componentPath, instance]));
  const checked = (instance: Instance): JsonObject => {
    const component = code.components.get(instance.definitionPath);
    const children: JsonObject = {};
    for (const { name } of component?.definition.children ?? []) {
      const child = byPath.get(childPath(instance.componentPath, name));
      if (child) children[name] = checked(child);
    }
    return {
      definitionPath: instance.definitionPath,
      componentPath: instance.componentPath,
      args: {},
      childComponents: children,
      httpRoutes: {
        httpModuleRoutes:
          component?.analysis['http.js']?.httpRoutes?.map((route) => ({ ...route })) ?? null,
        mounts: Object.keys(component?.definition.httpMounts ?? {}),
      },
      exports: {},
    };
  };
  const [root] = instances;
  if (!root) throw new Error('A push without an app');
  return checked(root);
}
