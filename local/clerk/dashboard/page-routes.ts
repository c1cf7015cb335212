import { readFileSync } from 'node:fs';
import path from 'node:path';
import { notFound } from '../http/clerk-error';
import type { RequestContext, Route } from '../http/router';
import { guardedPage } from './guard';

/** Every file of the page by name: nothing else can be asked for. */
const assets: Record<string, string> = {
  'dashboard.css': 'text/css; charset=utf-8',
  'controls.css': 'text/css; charset=utf-8',
  'content.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'main.js': 'text/javascript; charset=utf-8',
  'api.js': 'text/javascript; charset=utf-8',
  'dom.js': 'text/javascript; charset=utf-8',
  'users.js': 'text/javascript; charset=utf-8',
  'user.js': 'text/javascript; charset=utf-8',
  'new-user.js': 'text/javascript; charset=utf-8',
  'metadata-editor.js': 'text/javascript; charset=utf-8',
  'webhooks.js': 'text/javascript; charset=utf-8',
  'delivery.js': 'text/javascript; charset=utf-8',
  'mail.js': 'text/javascript; charset=utf-8',
  'instance.js': 'text/javascript; charset=utf-8',
};

/** Own scripts and styles only, no frames; pictures of people may come from anywhere they chose. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' http: https: data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
};

function file(name: string): Buffer {
  return readFileSync(path.join(import.meta.dirname, 'page', name));
}

function asset(ctx: RequestContext) {
  const name = ctx.params.name ?? '';
  const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (type === undefined) throw notFound('The file');
  return { content: file(name), type, headers: { ...headers, 'cache-control': 'no-cache' } };
}

export const pageRoutes: readonly Route[] = [
  guardedPage('/dashboard', () => ({
    content: file('index.html'),
    type: 'text/html; charset=utf-8',
    headers,
  })),
  guardedPage('/dashboard/assets/:name', asset),
];
