import { Link } from '@tanstack/react-router';
import guide from '../../../docs/guides/errors.md?raw';
import { Logo } from '../../components/logo';
import { appConfig } from '../../../app.config';
import { blocksOf, type Block } from './guide-blocks';

function Text({ text }: { text: string }) {
  return text.split(/(`[^`]+`)/).map((part, index) =>
    part.startsWith('`') ? (
      <code key={index} className="rounded bg-muted px-1 py-0.5 text-[0.85em] wrap-anywhere">
        {part.slice(1, -1)}
      </code>
    ) : (
      // Links of the guide lead to other files of the repository; here their words are enough.
      part.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('**', '')
    ),
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'title':
      return <h1 className="text-2xl font-semibold tracking-tight">{block.text}</h1>;
    case 'heading':
      return (
        <h2
          id={block.text}
          className="mt-6 scroll-mt-6 rounded font-mono text-sm font-semibold target:bg-primary/12 target:px-2 target:py-1 target:text-primary"
        >
          {block.text}
        </h2>
      );
    case 'list':
      return (
        <ul className="grid list-disc gap-1 pl-5">
          {block.items.map((item) => (
            <li key={item}>
              <Text text={item} />
            </li>
          ))}
        </ul>
      );
    case 'code':
      return (
        <pre className="overflow-x-auto rounded-md bg-muted p-3 text-xs">
          <code>{block.text}</code>
        </pre>
      );
    case 'paragraph':
      return (
        <p>
          <Text text={block.text} />
        </p>
      );
  }
}

const blocks = blocksOf(guide);

/** The guide to every error code, where the product's own messages link to. */
export function ErrorsPage() {
  return (
    <div className="mx-auto max-w-2xl px-4 py-6">
      <Link to="/dashboard" className="mb-8 inline-flex items-center gap-2 font-semibold">
        <Logo /> {appConfig.name}
      </Link>
      <main className="grid gap-3 text-sm leading-relaxed">
        {blocks.map((block, index) => (
          <BlockView key={index} block={block} />
        ))}
      </main>
    </div>
  );
}
