import type { CommandContext, ExitCode } from './context';

/** A command's work; what it returns is the exit code. */
export type Action = (context: CommandContext) => Promise<ExitCode>;

/** Runs a command's work and turns what it throws into a message and an exit code. */
export type Run = (options: { json?: boolean | undefined }, action: Action) => Promise<void>;

export const jsonOption = ['--json', 'print one JSON value instead of text'] as const;
