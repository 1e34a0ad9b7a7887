import type { NetworkFile, ParsedRoute, Parser } from '../../types.ts';
import { hasWildcard } from '../text/glob.ts';
import { nextHopsAdded } from '../text/route-command.ts';
import { entriesOf } from './file.ts';
import { readTree, startPath } from './tree.ts';

/**
 * Runs `ifup --no-act` on a copy of the files: it prints the commands that it would run, and does not run them,
 * no script and no mapping. It keeps its state in the folder, because a boot that is still bringing up
 * interfaces holds the locks of the usual one.
 */
export const interfacesParser: Parser = {
  tool: 'ifup',
  makes: [],
  question(files, folder) {
    const laid = files.map((file) => within(file, folder));
    const names = readTree(files)
      .stanzas.filter(({ family, name }) => family === 'inet' && name !== 'lo' && !hasWildcard(name))
      .map(({ name }) => name);
    if (laid.some((file) => looksBeyond(file, folder))) return undefined;
    const flags = ['--no-act', '--force', '--no-scripts', '--no-mappings', '--state-dir', folder];
    return {
      files: laid,
      command: {
        argv: ['ifup', ...flags, '-i', folder + startPath, ...new Set(names)],
        timeoutMs: 60_000,
        check: true,
      },
    };
  },
  routes({ target, printed }) {
    const lines = printed.split('\n');
    // An ifup that prints nothing about the interface gives no answer: it may be another program of that name.
    if (!lines.some((line) => deviceIn(line) === target.interfaceName)) return undefined;
    return lines.flatMap((line) => [
      ...nextHopsAdded(line).map(({ via, device = '' }) => ({ on: device, to: '0.0.0.0/0', via })),
      ...otherRoute(line),
    ]);
  },
};

const ipRoute =
  /\bip\s+(?:-4\s+)?route\s+(?:add|append|replace|change)\s+(?:to\s+)?(\d[\d.]*(?:\/\d+)?)\s.*?\bvia\s+([\d.]+)/;
const oldRoute = /\broute\s+add\s+(?:-(?:net|host)\s+)?(\d\S*(?:\s+netmask\s+[\d.]+)?)\s.*?\bgw\s+([\d.]+)/;

/** `ip route add 10.176.0.0/12 via 10.208.0.1 dev eth1`, `route add -net 10.176.0.0 netmask 255.240.0.0 gw 10.208.0.1` */
function otherRoute(line: string): ParsedRoute[] {
  const [, to, via] = ipRoute.exec(line) ?? oldRoute.exec(line) ?? [];
  if (to === undefined || /\stable\s/.test(line) || nextHopsAdded(line).length > 0) return [];
  return [{ on: deviceIn(line) ?? '', to: to.replaceAll(/\s+/g, ' '), via }];
}

function deviceIn(line: string): string | undefined {
  return /\sdev\s+(\S+)/.exec(line)?.[1];
}

/** The file with the absolute paths in its includes moved below the folder. */
function within({ path, text }: NetworkFile, folder: string): NetworkFile {
  const inside = text.replace(
    /^([ \t]*source(?:-directory|-dir)?[ \t])(.*)$/gm,
    (_, word: string, rest: string) => word + rest.replace(/(^|[ \t])\//g, `$1${folder}/`),
  );
  return { path, text: inside };
}

/** Whether a file still includes one outside the folder: `within` does not rewrite continuation lines. */
function looksBeyond({ text }: NetworkFile, folder: string): boolean {
  return entriesOf(text).some(
    ({ kind, rest }) =>
      (kind === 'source' || kind === 'source-directory') &&
      rest.split(/\s+/).some((word) => word.startsWith('/') && !word.startsWith(`${folder}/`)),
  );
}
