import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { originOf } from '../backend/origin';
import { notFound } from '../http/clerk-error';
import { route, type RequestContext, type Route } from '../http/router';
import { absoluteUrl, viewOf } from '../resources/view';
import { requireSignedIn } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { frontendRoute } from './frontend-route';
import { avatarSvg } from './avatar';
import { uploadedFile } from './multipart';

/** Clerk takes these four, judged by what the file is rather than by what it is called. */
const signatures: readonly {
  extension: string;
  type: string;
  matches: (file: Buffer) => boolean;
}[] = [
  { extension: 'png', type: 'image/png', matches: (file) => file.readUInt32BE(0) === 0x89504e47 },
  { extension: 'jpg', type: 'image/jpeg', matches: (file) => file.readUInt16BE(0) === 0xffd8 },
  {
    extension: 'gif',
    type: 'image/gif',
    matches: (file) => file.toString('latin1', 0, 4) === 'GIF8',
  },
  {
    extension: 'webp',
    type: 'image/webp',
    matches: (file) => file.toString('latin1', 8, 12) === 'WEBP',
  },
];
const smallestImageBytes = 16;

function imageFolder(ctx: RequestContext): string {
  return path.join(ctx.services.dataDir, 'images');
}

/** Keeps a picture under the hash of its content, so that its address never changes meaning. */
async function setProfileImage(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  const file = uploadedFile(ctx, 'file');
  const kind =
    file.length < smallestImageBytes ? undefined : signatures.find((each) => each.matches(file));
  if (!kind) throw frontendErrors.imageTypeInvalid();
  const hash = createHash('sha256').update(file).digest('hex');
  const name = `${hash}.${kind.extension}`;
  await mkdir(imageFolder(ctx), { recursive: true, mode: 0o700 });
  await writeFile(path.join(imageFolder(ctx), name), file, { mode: 0o600 });
  const imageUrl = `/images/uploads/${name}`;
  ctx.services.store.transact(
    (tx) => tx.update('users', user.id, { imageUrl, hasImage: true }),
    originOf(ctx),
  );
  return piggybacked(ctx, client.id, {
    object: 'image',
    id: `img_${hash.slice(0, 27)}`,
    name,
    public_url: absoluteUrl(imageUrl, viewOf(ctx.services, 'frontend')),
  });
}

function deleteProfileImage(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  const imageUrl = `/images/avatars/${user.id}.svg`;
  ctx.services.store.transact(
    (tx) => tx.update('users', user.id, { imageUrl, hasImage: false }),
    originOf(ctx),
  );
  return piggybacked(ctx, client.id, { id: user.id, object: 'image', deleted: true });
}

/** Pictures are public, as Clerk's are: any page on this machine may show them. */
const publicImage = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
  // An SVG opened by itself must not run anything.
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

async function serveUpload(ctx: RequestContext) {
  const name = ctx.params.name ?? '';
  const kind = signatures.find((each) => name.endsWith(`.${each.extension}`));
  if (!/^[0-9a-f]{64}\.[a-z]+$/.test(name) || !kind) throw notFound('The image');
  let content: Buffer;
  try {
    content = await readFile(path.join(imageFolder(ctx), name));
  } catch {
    throw notFound('The image');
  }
  const cache = { 'cache-control': 'public, max-age=31536000, immutable' };
  return { content, type: kind.type, headers: { ...publicImage, ...cache } };
}

/** Everybody without a picture gets their initials. */
function serveAvatar(ctx: RequestContext) {
  const id = (ctx.params.name ?? '').replace(/\.svg$/, '');
  const { store } = ctx.services;
  const user = store.get('users', id);
  const organization = user ? null : store.get('organizations', id);
  const name = user
    ? [user.firstName, user.lastName].filter(Boolean).join(' ') || user.emails[0]?.emailAddress
    : organization?.name;
  return {
    content: avatarSvg(id, name ?? ''),
    type: 'image/svg+xml',
    headers: { ...publicImage, 'cache-control': 'public, max-age=60' },
  };
}

export const imageRoutes: readonly Route[] = [
  frontendRoute('POST', '/v1/me/profile_image', setProfileImage),
  frontendRoute('DELETE', '/v1/me/profile_image', deleteProfileImage),
  route('GET', '/images/uploads/:name', serveUpload),
  route('GET', '/images/avatars/:name', serveAvatar),
];
