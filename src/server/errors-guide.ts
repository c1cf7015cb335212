import { appConfig } from '../../app.config';
import guide from '../../docs/guides/errors.md?raw';

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Code and links; a link into the repository is left as its text. */
function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\[([^\]]+)\]\([^)\s]+\)/g, '$1');
}

/** As much of Markdown as the guide uses: headings, paragraphs, lists. */
export function guideHtml(markdown: string): string {
  const blocks = markdown.split(/\n{2,}/).map((block) => block.trim());
  return blocks
    .filter((block) => block !== '')
    .map((block) => {
      const [, marks, title] = /^(#{1,3}) (.+)$/.exec(block) ?? [];
      if (marks !== undefined && title !== undefined) {
        const level = marks.length;
        const text = inline(title);
        return level === 1
          ? `<h1>${text}</h1>`
          : `<h${level} id="${escapeHtml(title)}"><a href="#${escapeHtml(title)}">${text}</a></h${level}>`;
      }
      if (!/^[-*] /.test(block)) return `<p>${inline(block)}</p>`;
      const items = block.split(/\n(?=[-*] )/).map((item) => `<li>${inline(item.slice(2))}</li>`);
      return `<ul>${items.join('')}</ul>`;
    })
    .join('\n');
}

const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#18181b;--dim:#52525b;--line:#e4e4e7}
@media (prefers-color-scheme:dark){:root{--bg:#09090b;--fg:#fafafa;--dim:#a1a1aa;--line:#27272a}}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.6 ui-sans-serif,system-ui,sans-serif}
main{max-width:44rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.5rem}
h2{font-size:1rem;margin:2rem 0 .25rem;padding-top:1rem;border-top:1px solid var(--line)}
h2 a{color:inherit;text-decoration:none}h2:target{outline:2px solid currentColor;outline-offset:.5rem}
p,li{color:var(--dim);margin:.25rem 0}code{color:var(--fg);font-size:.9em}`;

/** `/docs/errors`: the very guide of the repository, for whoever was given a code. No scripts. */
export function errorsGuide(): Response {
  const title = `Error codes · ${escapeHtml(appConfig.name)}`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${style}</style></head><body><main>${guideHtml(guide)}</main></body></html>`;
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}
