export type Block =
  | { kind: 'title' | 'heading' | 'paragraph' | 'code'; text: string }
  | { kind: 'list'; items: string[] };

/** The few forms of Markdown that the guides use, as blocks; nothing of it is ever HTML. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const part of markdown.split(/\n{2,}(?![^`]*```\n)/)) {
    const text = part.trim();
    if (text === '') continue;
    if (text.startsWith('```')) {
      blocks.push({ kind: 'code', text: text.replace(/^```\w*\n/, '').replace(/\n?```$/, '') });
    } else if (text.startsWith('# ')) blocks.push({ kind: 'title', text: text.slice(2) });
    else if (text.startsWith('## ')) blocks.push({ kind: 'heading', text: text.slice(3) });
    else if (text.startsWith('- ')) {
      const items = text.split(/\n- /).map((item) => flat(item.replace(/^- /, '')));
      blocks.push({ kind: 'list', items });
    } else blocks.push({ kind: 'paragraph', text: flat(text) });
  }
  return blocks;
}

function flat(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
