import { createHash } from 'node:crypto';
import { notFound } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';

const oneDayS = 86_400;

/** The picture of whoever has no picture: a gradient of their own with their initials. */
function getAvatar(ctx: RequestContext): Reply {
  const id = (ctx.params.file ?? '').replace(/\.svg$/, '');
  const { store } = ctx.services;
  const user = store.get('users', id);
  const name = user
    ? [user.firstName, user.lastName].filter(Boolean).join(' ')
    : (store.get('organizations', id)?.name ?? null);
  if (name === null) throw notFound();
  return {
    content: avatarSvg(id, initialsOf(name)),
    type: 'image/svg+xml',
    headers: {
      'cache-control': `public, max-age=${oneDayS}`,
      'access-control-allow-origin': '*',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
  };
}

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) =>
    word ? ([...word][0] ?? '') : '',
  );
  return letters.join('').toUpperCase();
}

function avatarSvg(id: string, initials: string): string {
  const hue = createHash('sha256').update(id).digest().readUInt16BE(0) % 360;
  const text = initials.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl(${hue} 62% 52%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 58% 40%)"/></linearGradient></defs>
<rect width="128" height="128" fill="url(#g)"/>
<text x="64" y="64" dy=".35em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="52" font-weight="600" fill="#fff">${text}</text>
</svg>`;
}

export const imageRoutes: readonly Route[] = [route('GET', '/images/avatars/:file', getAvatar)];
