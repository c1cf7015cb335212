import { LoaderCircleIcon } from 'lucide-react';
import { ErrorCodeLink } from './error-code-link';
import { Button } from './ui/button';
import { errorBodyOf } from '../lib/coded-error';

interface FormFooterProps {
  submit: string;
  command: { isPending: boolean; error: unknown };
  onCancel: () => void;
}

/** Why it was refused, and the two ways on. */
export function FormFooter({ submit, command, onCancel }: FormFooterProps) {
  const error = command.error ? errorBodyOf(command.error) : undefined;
  return (
    <>
      {error && (
        <p role="alert" className="rounded-md bg-destructive/10 px-3 py-2 text-sm text-destructive">
          {error.message} <ErrorCodeLink code={error.code} />
        </p>
      )}
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button variant="outline" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" busy={command.isPending}>
          {command.isPending && <LoaderCircleIcon className="animate-spin" aria-hidden />}
          {submit}
        </Button>
      </div>
    </>
  );
}
