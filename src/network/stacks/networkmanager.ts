import { RcWaitError } from '../../base/error.ts';
import type { Command, FileChange, GatewayWish, NetworkFile, Scene, Stack, Target } from '../types.ts';
import { nameOf } from './glob.ts';
import { addedMark, offMark } from './marks.ts';
import { networkManagerDaemon, reapplying } from './networkmanager-daemon.ts';
import { edited } from './networkmanager-edit.ts';
import {
  isFor,
  isMainTable,
  isNetplans,
  macOf,
  type Profile,
  profileSources,
  readProfiles,
  setting,
  truth,
} from './networkmanager-profile.ts';

/**
 * NetworkManager by its keyfiles: our gateway in the profile of the interface,
 * `never-default` in those of the others.
 *
 * NetworkManager drops all comments when it rewrites a profile (`nmcli connection
 * modify`), and moves `gateway` behind the address. So what is to be done hangs on
 * what a profile says; the marks only tell which lines are ours to take back.
 */
export const networkmanager: Stack = {
  name: 'networkmanager',
  holdMs: 1_000,
  tools: ['nmcli'],
  sources: profileSources,

  daemon: networkManagerDaemon((path) => isProfile(path) && !isNetplans(path)),

  configures: (files, target) => homesFor(readProfiles(files), target).length > 0,

  addresses: (files) =>
    readProfiles(files)
      .filter(({ file }) => !isNetplans(file.path))
      .map((profile) => {
        const macAddress = macOf(profile);
        return {
          name: setting(profile, 'connection', 'interface-name') || nameOf(profile.file.path),
          addresses: profile.addresses.map(({ prefix }) => prefix),
          ...(macAddress === undefined ? {} : { macAddress }),
        };
      }),

  edit(files, wish) {
    const profiles = readProfiles(files);
    const home = homeOf(profiles, wish);
    return profiles.flatMap((profile) => {
      const after = edited(profile, profile === home ? wish : undefined);
      return after === profile.file.text ? [] : [changeOf(files, profile.file, after)];
    });
  },

  reload: (wish, scene) => reloading(wish, scene),
  restore: (wish, scene) => reloading(wish, scene),
};

function reloading({ interfaceName }: GatewayWish, { files, reign }: Scene): Command[] {
  const touched = files
    .filter(({ text }) => text.includes(offMark) || text.includes(addedMark))
    .map(({ path }) => path);
  const others = [...reign].filter(([name, path]) => name !== interfaceName && touched.includes(path));
  return reapplying([interfaceName, ...others.map(([name]) => name)]);
}

function isProfile(path: string): boolean {
  return path.includes('/NetworkManager/system-connections/');
}

/** The profiles by which the interface may go; the one that NetworkManager names, where it could be asked. */
function homesFor(profiles: readonly Profile[], target: Target): Profile[] {
  const usable = profiles.filter(({ file, method }) => !isNetplans(file.path) && method !== 'disabled');
  const told = usable.filter(({ file }) => file.path === target.file);
  if (told.length > 0) return told;
  const own = usable.filter((profile) => isFor(profile, target) === 'this');
  const starting = own.filter((profile) => truth(setting(profile, 'connection', 'autoconnect')) !== false);
  return starting.length > 0 ? starting : own;
}

function homeOf(profiles: readonly Profile[], target: Target): Profile {
  const { interfaceName } = target;
  const [first, second] = homesFor(profiles, target);
  if (first === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no profile is for it`);
  }
  const cannot = (reason: string, hint: string) =>
    new RcWaitError('NETWORK_FILE', `cannot configure ${interfaceName}: ${reason}`, { hint });
  if (second !== undefined) {
    throw cannot(
      `both ${first.file.path} and ${second.file.path} are for it`,
      'leave one profile, or set autoconnect=false in the other',
    );
  }
  if (isFor(first, target) !== 'this') {
    throw cannot(
      `${first.file.path} may go to another interface at the next boot`,
      `put interface-name=${interfaceName} into its [connection]`,
    );
  }
  if (!isMainTable(first)) {
    throw cannot(
      `${first.file.path} puts its routes into a table of their own`,
      'take route-table out of its [ipv4]',
    );
  }
  return first;
}

function changeOf(files: readonly NetworkFile[], { path, text }: NetworkFile, after: string): FileChange {
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o600 };
  const hidden = `/etc/NetworkManager/system-connections/${nameOf(path)}`;
  const cannot = (reason: string, hint: string) =>
    new RcWaitError('NETWORK_FILE', `cannot change the profile ${path}: ${reason}`, { hint });
  if (path.startsWith('/run/')) {
    const [, id = ''] = /^id=(.*)$/m.exec(text) ?? [];
    throw cannot(
      'it would be as before at the next boot',
      isNetplans(path)
        ? 'netplan writes that file: take the default route out below /etc/netplan'
        : `have NetworkManager store it below /etc: nmcli connection modify "${id}" connection.autoconnect yes`,
    );
  }
  // A package owns what is in /usr/lib; a profile of the same UUID in /etc hides it.
  const isHideable = /^\s*uuid\s*=/m.test(text) && !files.some((file) => file.path === hidden);
  if (!isHideable) {
    throw cannot(
      'a package owns it, and it cannot be hidden by one in /etc',
      'copy it to /etc/NetworkManager/system-connections with "nmcli connection clone"',
    );
  }
  return { path: hidden, before: undefined, after, mode: 0o600 };
}
