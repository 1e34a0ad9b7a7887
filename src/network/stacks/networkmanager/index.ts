import { RcWaitError } from '../../../base/error.ts';
import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { networkManagerDaemon } from '../nmcli.ts';
import { regardless } from '../regardless.ts';
import type { Stack } from '../stack.ts';
import { networkmanagerAtBoot, profileObstacles } from './boot.ts';
import { networkmanagerDefaults } from './defaults.ts';
import { changesOf } from './edit.ts';
import { ignoredWords, refuseIgnoredProfile, whyIgnored } from './ignored.ts';
import { macOf } from './name.ts';
import { profileOverrules } from './overrule.ts';
import {
  interfaceNameOf,
  isFor,
  isFromNetplan,
  isMainTable,
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
  atBoot: networkmanagerAtBoot,
  ignores: isPassedOver,
  whyIgnored,

  daemon: networkManagerDaemon((path) => isProfile(path) && !isFromNetplan(path)),

  // A profile that is ignored counts here: it is why the interface is not configured, and `edit` says so.
  configures: (files, link) => homesFor(viewsOf(regardless(files)), link).length > 0,

  addresses: (files) =>
    readProfiles(regardless(files))
      .filter(({ file }) => !isFromNetplan(file.path))
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

  publicInterfaces: (files, target) =>
    publicsOf(files, target).map(({ withoutOwn }) => interfaceNameOf(withoutOwn)),

  defaults: networkmanagerDefaults,

  doubts: ignoredWords,

  bootObstacles: (files, link) =>
    homesFor(viewsOf(files), link)
      .slice(0, 1)
      .flatMap(({ withoutOwn }) => profileObstacles(withoutOwn, link, readAllProfiles(files))),

  overrules: profileOverrules,

  edit(files, target) {
    const views = viewsOf(files);
    refuseIgnoredHome(files, views, target);
    return changesOf({ files, views, home: homeOf(views, target), target });
  },

  reload: (target, context) => reloading(target, context, publicsOf(context.files, target)),
  restore: (target, context) => restoring(target, context, publicsOf(context.files, target)),
};

function publicsOf(files: readonly NetworkFile[], link: InterfaceRef): View[] {
  const views = viewsOf(files);
  return publicViews(views, homeOf(views, link), link);
}

function isProfile(path: string): boolean {
  return path.includes('/NetworkManager/system-connections/');
}

/** The profiles that may configure the interface; only the one that NetworkManager names, if it could be asked. */
function homesFor(views: readonly View[], link: InterfaceRef): View[] {
  const usable = views.filter(
    ({ withoutOwn: { file, method } }) => !isFromNetplan(file.path) && method !== 'disabled',
  );
  const named = usable.filter(({ withoutOwn }) => withoutOwn.file.path === link.file);
  if (named.length > 0) return named;
  const own = usable.filter(({ withoutOwn }) => isFor(withoutOwn, link) === 'this');
  const starting = own.filter(
    ({ withoutOwn }) => truth(setting(withoutOwn, 'connection', 'autoconnect')) !== false,
  );
  return starting.length > 0 ? starting : own;
}

/** @throws RcWaitError NETWORK_FILE if NetworkManager ignores the profile of the interface */
function refuseIgnoredHome(files: readonly NetworkFile[], views: readonly View[], link: InterfaceRef): void {
  if (
    homesFor(views, link).some(
      ({ withoutOwn }) => withoutOwn.file.path === (link.file ?? withoutOwn.file.path),
    )
  )
    return;
  for (const { withoutOwn } of homesFor(viewsOf(regardless(files)), link)) {
    const file = files.find(({ path, ignored }) => path === withoutOwn.file.path && ignored !== undefined);
    if (file !== undefined) throw refuseIgnoredProfile(link.interfaceName, file);
  }
}

function homeOf(views: readonly View[], link: InterfaceRef): View {
  const { interfaceName } = link;
  const [home, second] = homesFor(views, link);
  const first = home?.withoutOwn;
  if (home === undefined || first === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no profile configures it`);
  }
  const cannot = (reason: string, hint: string) =>
    new RcWaitError('NETWORK_FILE', `cannot configure ${interfaceName}: ${reason}`, { hint });
  if (second !== undefined) {
    throw cannot(
      `both ${first.file.path} and ${second.withoutOwn.file.path} configure it`,
      'leave one profile, or set autoconnect=false in the other',
    );
  }
  if (isFor(first, link) !== 'this') {
    throw cannot(
      `${first.file.path} may go to another interface at the next boot`,
      `put interface-name=${interfaceName} into its [connection]`,
    );
  }
  if (!isMainTable(first)) {
    throw cannot(
      `${first.file.path} puts its routes into another routing table`,
      'take route-table out of its [ipv4]',
    );
  }
  return home;
}
