import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSite, writeSite } from './site.ts';

// Run by scripts/site in the project's root.
const help = `Usage: scripts/site [--out DIR]

Makes the documents as a static site: README.md and every page, example and schema that it leads to, with a search.
The site needs no server, asks nobody for anything, and works below any path of one.

Options:
  --out DIR   the folder for the site, packages/site unless given; a site that is there is replaced

Examples:
  scripts/site
  scripts/site --out /srv/www/rc-wait

Exit status: 0; 1 where the site cannot be made or written; 64 for wrong usage.
`;

/** Prints why there is no site, and ends. */
function refuse(status: number, reason: string): never {
  process.stderr.write(`site: ${reason}\n`);
  process.exit(status);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string', default: 'packages/site' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(64, `cannot read the command line: ${reason}\n  see: scripts/site --help`);
  }
}

/** A folder with something else in it is not removed. */
const isSite = (folder: string): boolean => existsSync(join(folder, 'assets/search-index.js'));

const { out, help: isHelp } = readArguments();
if (isHelp) {
  process.stdout.write(help);
  process.exit(0);
}
if (existsSync(out) && !isSite(out))
  refuse(1, `cannot write ${out}: it exists, and is no site; remove it, or name another by: --out DIR`);
try {
  writeSite(await makeSite(process.cwd()), out);
  process.stdout.write(`${join(out, 'index.html')}\n`);
} catch (error) {
  refuse(1, `cannot make the site: ${error instanceof Error ? error.message : String(error)}`);
}
