import { z } from 'zod';
import { PushError } from './push-error';

/** The requests of the official deploy API, as far as this runtime reads them. */

const moduleConfig = z.object({
  path: z.string(),
  source: z.string(),
  sourceMap: z.string().optional(),
  environment: z.enum(['isolate', 'node']),
});

const moduleHash = z.object({
  path: z.string(),
  environment: z.enum(['isolate', 'node']),
  sha256: z.string(),
});

const startPush = z.object({
  dryRun: z.boolean().default(false),
  functions: z.string(),
  appDefinition: z.object({
    definition: moduleConfig.nullish(),
    dependencies: z.array(z.string()),
    schema: moduleConfig.nullish(),
    changedModules: z.array(moduleConfig),
    unchangedModuleHashes: z.array(moduleHash),
    udfServerVersion: z.string(),
  }),
  componentDefinitions: z.array(
    z.object({
      definitionPath: z.string(),
      definition: moduleConfig,
      dependencies: z.array(z.string()),
      schema: moduleConfig.nullish(),
      functions: z.array(moduleConfig),
      udfServerVersion: z.string(),
    }),
  ),
  nodeDependencies: z.array(z.object({ name: z.string(), version: z.string() })).default([]),
});

const waitForSchema = z.object({
  schemaChange: z.object({ pushId: z.string() }),
  dryRun: z.boolean().default(false),
});

const finishPush = z.object({
  startPush: z.object({ schemaChange: z.object({ pushId: z.string() }) }),
  dryRun: z.boolean().default(false),
});

export type ModuleSource = z.infer<typeof moduleConfig>;
export type ModuleHash = z.infer<typeof moduleHash>;
export type StartPushRequest = z.infer<typeof startPush>;
export type WaitForSchemaRequest = z.infer<typeof waitForSchema>;
export type FinishPushRequest = z.infer<typeof finishPush>;

function parse<T>(schema: z.ZodType<T>, body: unknown, endpoint: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PushError(
    'BadPushRequest',
    `The request to ${endpoint} has an unexpected shape at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown'}. ` +
      'The command line and this runtime must come from the same installation (npm ci).',
  );
}

export const parseStartPush = (body: unknown): StartPushRequest =>
  parse(startPush, body, 'start_push');
export const parseWaitForSchema = (body: unknown): WaitForSchemaRequest =>
  parse(waitForSchema, body, 'wait_for_schema');
export const parseFinishPush = (body: unknown): FinishPushRequest =>
  parse(finishPush, body, 'finish_push');
