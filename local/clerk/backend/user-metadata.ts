import { assertMetadataFits, mergeMetadata } from '../actions/metadata';
import { ClerkError } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';
import type { Metadata, UserEntity } from '../store/types';
import { originOf } from './origin';
import { allowOnly, metadata } from './params';
import { requireUser, userReply } from './user-access';

/** Since this version `PATCH /users/{id}` refuses metadata. */
const separateMetadataSince = '2026-05-12';
/** What Clerk assumes when a request names no version. */
const versionDefault = '2021-02-05';

const metadataParams = {
  public_metadata: 'publicMetadata',
  private_metadata: 'privateMetadata',
  unsafe_metadata: 'unsafeMetadata',
} as const;

type MetadataPatch = Partial<
  Pick<UserEntity, 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'>
>;

export function acceptsMetadataInUpdates(ctx: RequestContext): boolean {
  return apiVersionOf(ctx) < separateMetadataSince;
}

function apiVersionOf(ctx: RequestContext): string {
  const given = ctx.headers['clerk-api-version'];
  const version = typeof given === 'string' && given !== '' ? given : versionDefault;
  if (/^\d{4}-\d\d-\d\d$/.test(version)) return version;
  throw new ClerkError(400, {
    code: 'api_version_invalid',
    message: 'Invalid API version',
    longMessage: `${version} is not an API version: send a date such as ${separateMetadataSince}.`,
  });
}

/** `PATCH /users/{id}/metadata`: deep merge, null removes. */
export function mergeUserMetadata(ctx: RequestContext): Reply {
  return changeMetadata(ctx, mergeMetadata);
}

/** `PUT /users/{id}/metadata`: each given field is replaced whole, the others stay. */
export function replaceUserMetadata(ctx: RequestContext): Reply {
  return changeMetadata(ctx, (_current, given) => given);
}

function changeMetadata(
  ctx: RequestContext,
  combine: (current: Metadata, given: Metadata) => Metadata,
): Reply {
  const { id } = requireUser(ctx);
  allowOnly(ctx.body, Object.keys(metadataParams));
  const updated = ctx.services.store.transact((tx) => {
    const current = requireUser(ctx, id);
    return tx.update('users', id, metadataPatch(ctx.body, current, combine));
  }, originOf(ctx));
  return userReply(ctx, updated);
}

function metadataPatch(
  body: Record<string, unknown>,
  current: MetadataPatch,
  combine: (current: Metadata, given: Metadata) => Metadata,
): MetadataPatch {
  const patch: MetadataPatch = {};
  for (const [param, field] of Object.entries(metadataParams)) {
    const given = metadata(body, param);
    if (given) patch[field] = assertMetadataFits(param, combine(current[field] ?? {}, given));
  }
  return patch;
}

/** The metadata of an update of the old API versions: replaces, as PUT does now. */
export function replaceAll(body: Record<string, unknown>): MetadataPatch {
  return metadataPatch(body, {}, (_current, given) => given);
}
