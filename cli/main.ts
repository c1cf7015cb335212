/** `npm run rollcall -- <command>`. */
import { terminalContext } from './context';
import { runProgram } from './program';

// `users list | head` closes the pipe once it has seen enough: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), terminalContext);
