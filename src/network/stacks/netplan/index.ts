import { RcWaitError } from '../../../base/error.ts';
import type { GatewayTarget, NetworkFile } from '../../types.ts';
import type { Stack } from '../stack.ts';
import { generatedBy, netplanAtBoot, netplanObstacles } from './boot.ts';
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
  atBoot: netplanAtBoot,
  // "Cannot open …" of load_yaml() in src/parse.c; glob(3) also returns links that lead nowhere.
  needsEveryFile: true,
  sources: [
    ...['/usr/lib/netplan/*.yaml', '/lib/netplan/*.yaml', '/etc/netplan/*.yaml', '/run/netplan/*.yaml'],
    dropInGlob,
  ],

  configures: (files, link) =>
    mergeDefinitions(read(files)).some((definition) => standsFor(definition, link)),

  addresses: (files) => staticAddresses(mergeDefinitions(read(files))),

  labels: (files) => labelsOf(mergeDefinitions(read(files))),

  // On the running system netplan itself is asked.
  doubts: (files, isRunning) =>
    (isRunning ? [] : read(files))
      .flatMap((file) => file.doubts)
      .map((doubt) => `${doubt}, and releases up to 1.1 then use no file of netplan at all`),

  publicInterfaces(files, target) {
    const live = read(files);
    const { id } = soleDefinition(mergeDefinitions(live), target);
    const originals = live.map((file) => originalNetplan(file) ?? file);
    return publicDefinitions(live, originals, id).map(interfaceNameOf);
  },

  defaults: netplanDefaults,

  bootObstacles: (files, link) => netplanObstacles(mergeDefinitions(read(files)), link),

  generates: (files) => generatedBy(mergeDefinitions(read(files))),

  edit(files, target) {
    const live = read(files);
    const own = files.find(({ path }) => path === ownPath);
    return changesOf({
      files,
      live,
      own,
      gatewayDefinition: soleDefinition(mergeDefinitions(live), target),
      target,
    });
  },

  parser: netplanParser((files, link) => {
    const found = mergeDefinitions(read(files)).filter((definition) => standsFor(definition, link));
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

function soleDefinition(definitions: readonly MergedDefinition[], target: GatewayTarget): MergedDefinition {
  const [first, second] = definitions.filter((definition) => standsFor(definition, target));
  if (first === undefined) {
    throw new RcWaitError(
      'STACK_UNKNOWN',
      `cannot configure ${target.interfaceName}: no netplan file defines it`,
    );
  }
  if (second !== undefined) {
    // networkd uses the first .network file that matches, NetworkManager another one: do not guess.
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot configure ${target.interfaceName}: netplan defines it twice, as ${first.id} and as ${second.id}`,
      { hint: 'leave one definition of the interface in /etc/netplan' },
    );
  }
  if (isForSeveral(first)) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot configure ${target.interfaceName}: netplan's definition "${first.id}" also matches other interfaces, and they would get the gateway too`,
      {
        hint: `give ${target.interfaceName} a definition of its own in /etc/netplan, and keep it out of "${first.id}"`,
      },
    );
  }
  return first;
}
