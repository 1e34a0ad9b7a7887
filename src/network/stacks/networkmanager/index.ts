import { RcWaitError } from '../../../base/error.ts';
import type { NetworkFile, Stack, Target } from '../../types.ts';
import { networkManagerDaemon } from '../nmcli.ts';
import { profileObstacles } from './boot.ts';
import { networkmanagerDefaults } from './defaults.ts';
import { changesOf } from './edit.ts';
import { ignoredWords, refuseIgnoredProfile, regardless, whyIgnored } from './ignored.ts';
import { macOf } from './name.ts';
import { profileOverrules } from './overrule.ts';
import {
  interfaceNameOf,
  isFor,
  isMainTable,
  isNetplans,
  isPassedOver,
  profileSources,
  readAllProfiles,
  readProfiles,
  setting,
  truth,
} from './profile.ts';
import { publicViews } from './public.ts';
import { reloading, restoring } from './reload.ts';
import { type View, viewsOf } from './versions.ts';

/**
 * NetworkManager with keyfiles: the gateway goes into the profile of its interface,
 * `never-default` into those of the others.
 *
 * NetworkManager drops all comments when it rewrites a profile (`nmcli connection modify`), and
 * moves `gateway` behind the address. So edits depend on what a profile means; the marks only
 * tell which lines rc-wait may take back.
 */
export const networkmanager: Stack = {
  name: 'networkmanager',
  holdMs: 1_000,
  tools: ['nmcli'],
  sources: profileSources,
  passesOver: isPassedOver,
  whyIgnored,

  daemon: networkManagerDaemon((path) => isProfile(path) && !isNetplans(path)),

  // A profile that is ignored counts here: it is why the interface is not configured, and `edit` says so.
  configures: (files, target) => homesFor(viewsOf(regardless(files)), target).length > 0,

  addresses: (files) =>
    readProfiles(regardless(files))
      .filter(({ file }) => !isNetplans(file.path))
      .map((profile) => {
        const macAddress = macOf(profile);
        return {
          name: interfaceNameOf(profile),
          addresses: profile.addresses.map(({ prefix }) => prefix),
          ...(macAddress === undefined ? {} : { macAddress }),
        };
      }),

  labels: (files) =>
    readProfiles(regardless(files))
      .filter((profile) => profile.interfaceName === undefined && macOf(profile) !== undefined)
      .map(interfaceNameOf),

  publicInterfaces: (files, wish) => publicsOf(files, wish).map(({ theirs }) => interfaceNameOf(theirs)),

  defaults: networkmanagerDefaults,

  doubts: ignoredWords,

  bootObstacles: (files, target) =>
    homesFor(viewsOf(files), target)
      .slice(0, 1)
      .flatMap(({ theirs }) => profileObstacles(theirs, target, readAllProfiles(files))),

  overrules: profileOverrules,

  edit(files, wish) {
    const views = viewsOf(files);
    refuseIgnoredHome(files, views, wish);
    return changesOf({ files, views, home: homeOf(views, wish), wish });
  },

  reload: (wish, scene) => reloading(wish, scene, publicsOf(scene.files, wish)),
  restore: (wish, scene) => restoring(wish, scene, publicsOf(scene.files, wish)),
};

function publicsOf(files: readonly NetworkFile[], target: Target): View[] {
  const views = viewsOf(files);
  return publicViews(views, homeOf(views, target), target);
}

function isProfile(path: string): boolean {
  return path.includes('/NetworkManager/system-connections/');
}

/** The profiles that may configure the interface; only the one that NetworkManager names, if it could be asked. */
function homesFor(views: readonly View[], target: Target): View[] {
  const usable = views.filter(
    ({ theirs: { file, method } }) => !isNetplans(file.path) && method !== 'disabled',
  );
  const told = usable.filter(({ theirs }) => theirs.file.path === target.file);
  if (told.length > 0) return told;
  const own = usable.filter(({ theirs }) => isFor(theirs, target) === 'this');
  const starting = own.filter(({ theirs }) => truth(setting(theirs, 'connection', 'autoconnect')) !== false);
  return starting.length > 0 ? starting : own;
}

/** @throws RcWaitError NETWORK_FILE if NetworkManager ignores the profile of the interface */
function refuseIgnoredHome(files: readonly NetworkFile[], views: readonly View[], target: Target): void {
  if (homesFor(views, target).some(({ theirs }) => theirs.file.path === (target.file ?? theirs.file.path)))
    return;
  for (const { theirs } of homesFor(viewsOf(regardless(files)), target)) {
    const file = files.find(({ path, ignored }) => path === theirs.file.path && ignored !== undefined);
    if (file !== undefined) throw refuseIgnoredProfile(target.interfaceName, file);
  }
}

function homeOf(views: readonly View[], target: Target): View {
  const { interfaceName } = target;
  const [home, second] = homesFor(views, target);
  const first = home?.theirs;
  if (home === undefined || first === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no profile is for it`);
  }
  const cannot = (reason: string, hint: string) =>
    new RcWaitError('NETWORK_FILE', `cannot configure ${interfaceName}: ${reason}`, { hint });
  if (second !== undefined) {
    throw cannot(
      `both ${first.file.path} and ${second.theirs.file.path} are for it`,
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
  return home;
}
