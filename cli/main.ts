/** `npm run rollcall -- <command>`. */
import { terminalContext } from './context';
import { runProgram } from './program';

process.exitCode = await runProgram(process.argv.slice(2), terminalContext);
