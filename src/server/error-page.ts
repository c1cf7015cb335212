import { appConfig } from '../../app.config';
import { errorCodes, type ErrorBody } from '../shared/error-codes';

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#18181b;--dim:#71717a;--line:#e4e4e7}
@media (prefers-color-scheme:dark){:root{--bg:#09090b;--fg:#fafafa;--dim:#a1a1aa;--line:#27272a}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);color:var(--fg);font:16px/1.5 ui-sans-serif,system-ui,sans-serif}
main{max-width:26rem;padding:2rem;text-align:center}h1{font-size:1.25rem;margin:0 0 .5rem}p{color:var(--dim);margin:0 0 1.5rem}
a{display:inline-block;padding:.5rem 1rem;border-radius:.5rem;background:var(--fg);color:var(--bg);text-decoration:none}
a.code{display:inline;padding:0;background:none;color:inherit;text-decoration:underline}code{display:block;margin-top:1.5rem;font-size:.75rem;color:var(--dim)}`;

/**
 * The page for failures that come before the app can render one, such as Clerk not answering. Plain
 * HTML without scripts, so that nothing else can fail in it.
 */
export function errorPage(
  body: ErrorBody,
  options: { requestId?: string; status?: number } = {},
): Response {
  const title = 'This page is not available right now';
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · ${escapeHtml(appConfig.name)}</title><style>${style}</style></head><body><main><h1>${title}</h1><p>${escapeHtml(body.message)}</p><a href="">Try again</a><code><a class="code" href="/docs/errors#${body.code}">${body.code}</a>${options.requestId ? ` · ${escapeHtml(options.requestId)}` : ''}</code></main></body></html>`;
  return new Response(html, {
    status: options.status ?? errorCodes[body.code].status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}
