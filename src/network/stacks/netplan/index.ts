import { RcWaitError } from '../../../base/error.ts';
import type { GatewayWish, NetworkFile, Stack } from '../../types.ts';
import { generatedBy, netplanObstacles } from './boot.ts';
import { netplanDefaults } from './defaults.ts';
import { dropInGlob } from './dhcp.ts';
import { changesOf } from './edit.ts';
import { type NetplanFile, readNetplanFile } from './file.ts';
import {
  effectiveFiles,
  interfaceNameOf,
  isForSeveral,
  labelsOf,
  type MergedDefinition,
  mergeDefinitions,
  standsFor,
  staticAddresses,
} from './merge.ts';
import { ownPath } from './own-file.ts';
import { netplanParser } from './parser.ts';
import { originalNetplan, publicDefinitions } from './public.ts';

/**
 * netplan, with either renderer: the gateway goes into a file of rc-wait, and every other default route is
 * removed from its file. The route is written as 0.0.0.0/0: `to: default` needs netplan 0.103, and older
 * hosts lost their network to it.
 *
 * `nameservers` of public interfaces move into that file too; resolvers from DHCP stay. `activation-mode`,
 * which disables a public interface, needs netplan 0.103: an older one refuses it when the files are checked.
 */
export const netplan: Stack = {
  name: 'netplan',
  holdMs: 300,
  tools: ['netplan'],
  servedBy: ['networkd', 'networkmanager'],
  // "Cannot open …" of load_yaml() in src/parse.c; glob(3) also returns links that lead nowhere.
  needsEveryFile: true,
  sources: [
    ...['/usr/lib/netplan/*.yaml', '/lib/netplan/*.yaml', '/etc/netplan/*.yaml', '/run/netplan/*.yaml'],
    dropInGlob,
  ],

  configures: (files, target) =>
    mergeDefinitions(read(files)).some((definition) => standsFor(definition, target)),

  addresses: (files) => staticAddresses(mergeDefinitions(read(files))),

  labels: (files) => labelsOf(mergeDefinitions(read(files))),

  // On the running system netplan itself is asked.
  doubts: (files, isRunning) =>
    (isRunning ? [] : read(files))
      .flatMap((file) => file.doubts)
      .map((doubt) => `${doubt}, and releases up to 1.1 then use no file of netplan at all`),

  publicInterfaces(files, wish) {
    const live = read(files);
    const { id } = soleDefinition(mergeDefinitions(live), wish);
    const originals = live.map((file) => originalNetplan(file) ?? file);
    return publicDefinitions(live, originals, id).map(interfaceNameOf);
  },

  defaults: netplanDefaults,

  bootObstacles: (files, target) => netplanObstacles(mergeDefinitions(read(files)), target),

  generates: (files) => generatedBy(mergeDefinitions(read(files))),

  edit(files, wish) {
    const live = read(files);
    const own = files.find(({ path }) => path === ownPath);
    return changesOf({ files, live, own, target: soleDefinition(mergeDefinitions(live), wish), wish });
  },

  parser: netplanParser((files, target) => {
    const found = mergeDefinitions(read(files)).filter((definition) => standsFor(definition, target));
    return found.length === 1 ? found[0]?.id : undefined;
  }),

  // With either renderer `netplan apply` affects every interface: it reconfigures all of networkd's, and
  // disconnects those of NetworkManager before it restarts that (seen with 0.106).
  reload: () => [
    // Checks the files before anything changes: it writes only below /run. It reloads systemd as well, which takes
    // 15 s at a time on a machine that is busy with its first boot: a limit of 30 s made good changes fail.
    { argv: ['netplan', 'generate'], timeoutMs: 120_000, check: true },
    { argv: ['netplan', 'apply'], timeoutMs: 120_000 },
  ],

  restore: () => [{ argv: ['netplan', 'apply'], timeoutMs: 120_000 }],
};

function read(files: readonly NetworkFile[]): NetplanFile[] {
  return effectiveFiles(files)
    .filter(({ path }) => path !== ownPath)
    .map((file) => readNetplanFile(file));
}

function soleDefinition(definitions: readonly MergedDefinition[], wish: GatewayWish): MergedDefinition {
  const [first, second] = definitions.filter((definition) => standsFor(definition, wish));
  if (first === undefined) {
    throw new RcWaitError(
      'STACK_UNKNOWN',
      `cannot configure ${wish.interfaceName}: no netplan file defines it`,
    );
  }
  if (second !== undefined) {
    // networkd uses the first .network file that matches, NetworkManager another one: do not guess.
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot configure ${wish.interfaceName}: netplan defines it twice, as ${first.id} and as ${second.id}`,
      { hint: 'leave one definition of the interface in /etc/netplan' },
    );
  }
  if (isForSeveral(first)) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot configure ${wish.interfaceName}: netplan's definition "${first.id}" is for other interfaces as well, and they would get the gateway too`,
      {
        hint: `give ${wish.interfaceName} a definition of its own in /etc/netplan, and keep it out of "${first.id}"`,
      },
    );
  }
  return first;
}
