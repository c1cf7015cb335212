import { useSyncExternalStore } from 'react';

const nothingToWatch = () => () => undefined;

/** Apple's keyboards have their own name for the key; the server cannot know. */
function useIsApple(): boolean {
  return useSyncExternalStore(
    nothingToWatch,
    () => /mac|iphone|ipad/i.test(navigator.userAgent),
    () => false,
  );
}

/** Keys of a shortcut as they are written on them. */
export function Keys({ keys }: { keys: string }) {
  const isApple = useIsApple();
  const parts = keys
    .split(' ')
    .flatMap((key) => (key.startsWith('mod+') ? [isApple ? '⌘' : 'Ctrl', key.slice(4)] : [key]));
  return (
    <span className="inline-flex gap-1">
      {parts.map((part, index) => (
        <kbd
          key={index}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded border bg-muted px-1 font-sans text-[0.7rem] text-muted-foreground"
        >
          {part.length === 1 && part !== '?' && part !== '/' ? part.toUpperCase() : part}
        </kbd>
      ))}
    </span>
  );
}
