import { ChevronLeftIcon, ChevronRightIcon } from 'lucide-react';
import { useRef } from 'react';
import { Button } from './ui/button';

export interface Position {
  cursor?: string;
  page?: number;
}

interface PagerProps {
  position: Position;
  /** The cursor after this page; undefined on the last one or while it is not known. */
  nextCursor: string | undefined;
  /** Identifies the list; positions of another list mean nothing in this one. */
  listKey: string;
  onMove: (position: Position) => void;
  /** Follows the page number, with what separates it. */
  summary?: string;
}

/**
 * Cursor paging for people. Convex hands out only the next position, so the ones behind are
 * remembered while the page is open; who came by a link goes back to the first page.
 */
export function Pager({ position, nextCursor, listKey, onMove, summary }: PagerProps) {
  const before = useRef(new Map<string, Position>());
  const page = position.page ?? 1;
  const keyOf = (cursor: string) => `${listKey}|${cursor}`;
  const goNext = () => {
    if (nextCursor === undefined) return;
    before.current.set(keyOf(nextCursor), position);
    onMove({ cursor: nextCursor, page: page + 1 });
  };
  const goBack = () => {
    const previous = position.cursor && before.current.get(keyOf(position.cursor));
    onMove(previous ? { cursor: previous.cursor, page: previous.page } : {});
  };
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-3 text-sm">
      <p className="text-muted-foreground" aria-live="polite">
        Page {page}
        {summary}
      </p>
      <div className="flex gap-2">
        <Button variant="outline" size="sm" disabled={page === 1} onClick={goBack}>
          <ChevronLeftIcon aria-hidden /> Previous
        </Button>
        <Button variant="outline" size="sm" disabled={nextCursor === undefined} onClick={goNext}>
          Next <ChevronRightIcon aria-hidden />
        </Button>
      </div>
    </nav>
  );
}
