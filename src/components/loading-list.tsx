import { Skeleton } from './ui/skeleton';

/** In place of a list that is on its way. */
export function LoadingList({ label, rows = 8 }: { label: string; rows?: number }) {
  return (
    <output aria-label={label} className="grid gap-px p-3">
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="flex items-center gap-3 py-2.5">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="ml-auto h-4 w-24" />
        </span>
      ))}
    </output>
  );
}
