import type { Command, GatewayTarget, NetworkFile, ReloadContext } from '../../types.ts';
import { deviceCommand, reapplying } from '../nmcli.ts';
import { nameOf } from '../text/glob.ts';
import { addedMark, offMark } from '../text/marks.ts';
import { interfaceNameOf, readProfiles, setting, truth } from './profile.ts';
import { type View, viewsOf } from './versions.ts';

/**
 * Brings changed profiles into the kernel. Only active interfaces are disconnected, because nmcli fails for
 * others. An interface that is no longer disabled is connected by name, because NetworkManager would not
 * do so before the next boot (seen with 1.42).
 * @param publics the profiles of public interfaces
 */
export function reloading(
  target: GatewayTarget,
  context: ReloadContext,
  publics: readonly View[],
): Command[] {
  const down = activeOf(target, context, publics);
  const up = enabledAgain(context);
  return [
    ...reapplying([target.interfaceName, ...touchedIn(context, [target.interfaceName, ...down, ...up])]),
    ...down.map((name) => deviceCommand('disconnect', name)),
    ...up.map((name) => deviceCommand('connect', name)),
  ];
}

/** Undoes `reloading` after the old files are back. Connecting comes first, because it restores the default route. */
export function restoring(
  target: GatewayTarget,
  context: ReloadContext,
  publics: readonly View[],
): Command[] {
  const up = activeOf(target, context, publics);
  const down = enabledAgain(context);
  const [reload, ...reapply] = reapplying([
    target.interfaceName,
    ...touchedIn(context, [target.interfaceName, ...down, ...up]),
  ]);
  return [
    ...(reload === undefined ? [] : [reload]),
    ...up.map((name) => deviceCommand('connect', name)),
    ...reapply,
    ...down.map((name) => deviceCommand('disconnect', name)),
  ];
}

/** The active public interfaces, if these are to be disabled. */
function activeOf(
  { publicInterface, interfaceName }: GatewayTarget,
  { configFileOf }: ReloadContext,
  publics: readonly View[],
) {
  const files = new Set(publics.map(({ withoutOwn }) => nameOf(withoutOwn.file.path)));
  return publicInterface !== 'disable'
    ? []
    : // A package's profile stays active by its old path until one of the same name in /etc hides it.
      [...configFileOf]
        .filter(([name, path]) => name !== interfaceName && files.has(nameOf(path)))
        .map(([name]) => name);
}

/** The interfaces that rc-wait had disabled and that are no longer disabled. */
function enabledAgain({ files, before = files, configFileOf }: ReloadContext): string[] {
  const still = disabledIn(files);
  return disabledIn(before).filter((name) => !still.includes(name) && !configFileOf.has(name));
}

function disabledIn(files: readonly NetworkFile[]): string[] {
  const isOff = (profile: View['withoutOwn']) =>
    truth(setting(profile, 'connection', 'autoconnect')) === false;
  const withoutOwn = viewsOf(files).map((view) => view.withoutOwn);
  return readProfiles(files)
    .filter(isOff)
    .filter(({ file }) => withoutOwn.some((one) => one.file.path === file.path && !isOff(one)))
    .map(interfaceNameOf);
}

/** Other active interfaces with a profile that rc-wait has changed. */
function touchedIn(
  { files, before = files, configFileOf }: ReloadContext,
  except: readonly string[],
): string[] {
  const touched = [...files, ...before]
    .filter(({ text }) => text.includes(offMark) || text.includes(addedMark))
    .map(({ path }) => nameOf(path));
  return [...configFileOf]
    .filter(([name, path]) => !except.includes(name) && touched.includes(nameOf(path)))
    .map(([name]) => name);
}
