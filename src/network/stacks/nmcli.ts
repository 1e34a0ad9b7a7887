import type { Command, Daemon } from '../types.ts';

/**
 * NetworkManager, asked which file each interface goes by. It reads the files of
 * other stacks too (RHEL's ifcfg): `isOurs` says whose file a path is.
 */
export function networkManagerDaemon(isOurs: (path: string) => boolean): Daemon {
  return {
    unit: 'NetworkManager.service',
    question: {
      command: {
        argv: ['nmcli', '-t', '-f', 'DEVICE,FILENAME', 'connection', 'show', '--active'],
        timeoutMs: 10_000,
      },
      understand: (output) => new Map(pairsOf(output).filter(([, path]) => isOurs(path))),
    },
  };
}

/** Interface and path in each line; in -t a backslash stands before colons and backslashes. */
function pairsOf(output: string): [string, string][] {
  return output.split('\n').flatMap((line): [string, string][] => {
    const [, device, path] = /^((?:\\.|[^:\\])+):(\/.*)$/.exec(line) ?? [];
    return device && path ? [[unescaped(device), unescaped(path)]] : [];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/**
 * Brings changed files into the kernel. `device reapply` changes what is different
 * and leaves the link up, where `connection up` would take the interface down and,
 * should DHCP be silent, leave it there. The first interface goes first: the
 * server is never without a way out.
 */
export function reapplying(interfaceNames: readonly string[]): Command[] {
  return [
    { argv: ['nmcli', '--wait', '20', 'connection', 'reload'], timeoutMs: 30_000 },
    ...interfaceNames.map(
      (name): Command => ({ argv: ['nmcli', '--wait', '50', 'device', 'reapply', name], timeoutMs: 60_000 }),
    ),
  ];
}

/** Connects an interface by its profile, whether that starts by itself or not; or disconnects it till the next boot. */
export function deviceCommand(verb: 'connect' | 'disconnect', interfaceName: string): Command {
  return { argv: ['nmcli', '--wait', '50', 'device', verb, interfaceName], timeoutMs: 60_000 };
}
