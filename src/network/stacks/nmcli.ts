import type { Command, Daemon } from '../types.ts';

/** NetworkManager's own unit, and the one that is started once its routes are set. */
export const nmUnits = {
  daemon: 'NetworkManager.service',
  online: 'NetworkManager-wait-online.service',
} as const;

/**
 * Asks NetworkManager which file each interface uses. It reads the files of other
 * stacks too (RHEL's ifcfg): `isOwn` says whether a path belongs to the calling stack.
 */
export function networkManagerDaemon(isOwn: (path: string) => boolean): Daemon {
  return {
    unit: nmUnits.daemon,
    question: {
      command: {
        argv: ['nmcli', '-t', '-f', 'DEVICE,FILENAME', 'connection', 'show', '--active'],
        timeoutMs: 10_000,
      },
      understand: (output) => new Map(pairsOf(output).filter(([, path]) => isOwn(path))),
    },
  };
}

/** Interface and path of each line; `-t` puts a backslash before colons and backslashes. */
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
 * Brings changed files into the kernel. `device reapply` changes what differs and leaves the link up;
 * `connection up` would take the interface down and, if DHCP is silent, leave it down. Interfaces are
 * reapplied in the given order, the gateway's first, so that the server always has a default route.
 */
export function reapplying(interfaceNames: readonly string[]): Command[] {
  return [
    { argv: ['nmcli', '--wait', '20', 'connection', 'reload'], timeoutMs: 30_000 },
    ...interfaceNames.map(
      (name): Command => ({ argv: ['nmcli', '--wait', '50', 'device', 'reapply', name], timeoutMs: 60_000 }),
    ),
  ];
}

/** Connects an interface by its profile, even without autoconnect; or disconnects it until the next boot. */
export function deviceCommand(verb: 'connect' | 'disconnect', interfaceName: string): Command {
  return { argv: ['nmcli', '--wait', '50', 'device', verb, interfaceName], timeoutMs: 60_000 };
}
