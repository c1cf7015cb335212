import type { ReactNode } from 'react';
import { cn } from '../lib/cn';

interface NoticeProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  role?: 'alert' | 'status';
  className?: string;
  /** 1 where the message is the page itself. */
  level?: 1 | 2;
}

/** A whole page's or list's worth of message: empty, refused, failed. */
export function Notice({ icon, title, children, role, className, level = 2 }: NoticeProps) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div
      role={role}
      className={cn(
        'mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-16 text-center text-sm text-muted-foreground',
        className,
      )}
    >
      <span className="mb-1 flex size-12 items-center justify-center rounded-full bg-muted [&_svg]:size-6">
        {icon}
      </span>
      <Heading className="text-base font-semibold text-balance text-foreground">{title}</Heading>
      {children}
    </div>
  );
}
