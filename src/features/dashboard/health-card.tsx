import {
  CircleCheckIcon,
  CircleHelpIcon,
  ClockIcon,
  TriangleAlertIcon,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Card, CardDescription, CardTitle } from '../../components/ui/card';
import { cn } from '../../lib/cn';

/** How something fares: well, waiting, badly, or not known. */
export type Tone = 'good' | 'waiting' | 'bad' | 'unknown';

const icons: Record<Tone, { icon: LucideIcon; className: string }> = {
  good: { icon: CircleCheckIcon, className: 'text-success' },
  waiting: { icon: ClockIcon, className: 'text-warning' },
  bad: { icon: TriangleAlertIcon, className: 'text-destructive' },
  unknown: { icon: CircleHelpIcon, className: 'text-muted-foreground' },
};

interface HealthCardProps {
  /** What it is about: "Webhooks". */
  label: string;
  tone: Tone;
  title: string;
  children: ReactNode;
}

/** How one part fares, why, and what to do about it. */
export function HealthCard({ label, tone, title, children }: HealthCardProps) {
  const { icon: Icon, className } = icons[tone];
  return (
    <Card aria-label={label} className="gap-3">
      <p className="text-xs font-medium text-muted-foreground">{label}</p>
      <div className="flex items-start gap-2.5">
        <Icon className={cn('mt-px size-4.5 shrink-0', className)} aria-hidden />
        <div className="grid gap-1.5">
          <CardTitle className="leading-snug">{title}</CardTitle>
          <CardDescription className="grid gap-1.5 text-xs">{children}</CardDescription>
        </div>
      </div>
    </Card>
  );
}
