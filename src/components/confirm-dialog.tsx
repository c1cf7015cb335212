import { LoaderCircleIcon } from 'lucide-react';
import type { FormEvent, ReactNode } from 'react';
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogFooter,
  AlertDialogTitle,
} from './ui/alert-dialog';
import { ErrorCodeLink } from './error-code-link';
import { Button, buttonVariants } from './ui/button';
import { errorBodyOf } from '../lib/coded-error';

interface ConfirmDialogProps {
  title: string;
  /** What happens; with whatever else there is to see or to fill in. */
  children: ReactNode;
  /** The button's words: what it does. */
  confirm: string;
  destructive?: boolean;
  /** Why confirming would change nothing, where that is so by now. */
  already?: string | undefined;
  /** Not yet: something is still to be filled in. */
  incomplete?: boolean;
  /** Absent where the page shows what was asked for at once, and says so when it is refused. */
  command?: { isPending: boolean; error: unknown };
  onConfirm: () => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const idle = { isPending: false, error: null };

/** Asks before a command is sent, stays while it runs, and shows why it was refused. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { command = idle, already, open, onOpenChange } = props;
  const ready = !command.isPending && already === undefined && !props.incomplete;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) props.onConfirm();
  };
  return (
    <AlertDialog open={open} onOpenChange={(next) => !command.isPending && onOpenChange(next)}>
      <AlertDialogContent>
        <form onSubmit={submit} className="grid min-w-0 gap-4">
          <AlertDialogTitle className="wrap-anywhere">{props.title}</AlertDialogTitle>
          {props.children}
          {already && <output className="text-sm text-muted-foreground">{already}</output>}
          {Boolean(command.error) && (
            <p
              role="alert"
              className="rounded-md bg-destructive/10 px-3 py-2 text-sm text-destructive"
            >
              {errorBodyOf(command.error).message}{' '}
              <ErrorCodeLink code={errorBodyOf(command.error).code} />
            </p>
          )}
          <AlertDialogFooter>
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>
              Cancel
            </AlertDialogClose>
            <Button
              type="submit"
              variant={props.destructive ? 'destructive' : 'default'}
              disabled={!ready && !command.isPending}
              busy={command.isPending}
            >
              {command.isPending && <LoaderCircleIcon className="animate-spin" aria-hidden />}
              {props.confirm}
            </Button>
          </AlertDialogFooter>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  );
}
