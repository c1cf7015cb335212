import { ChevronLeftIcon, ChevronRightIcon } from 'lucide-react';
import { useState } from 'react';
import { PageTrail, type Position } from '../lib/page-trail';
import { Button } from './ui/button';

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

/** Cursor paging for people; the pages behind are remembered while the page is open. */
export function Pager({ position, nextCursor, listKey, onMove, summary }: PagerProps) {
  const [trail] = useState(() => new PageTrail());
  const page = position.page ?? 1;
  const goNext = () => {
    if (nextCursor !== undefined) onMove(trail.next(listKey, position, nextCursor));
  };
  const goBack = () => onMove(trail.back(listKey, position));
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
