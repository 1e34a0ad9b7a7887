import type { Command, GatewayWish, NetworkFile, Scene } from '../../types.ts';
import { deviceCommand, reapplying } from '../nmcli.ts';
import { nameOf } from '../text/glob.ts';
import { addedMark, offMark } from '../text/marks.ts';
import { interfaceNameOf, readProfiles, setting, truth } from './profile.ts';
import { type View, viewsOf } from './versions.ts';

/**
 * Brings changed profiles into the kernel. A disabled interface is disconnected
 * where it is active, for else that is an error; one that was disabled and is not
 * any more is connected by its name, for NetworkManager does not do so by itself
 * before the next boot (seen with 1.42).
 * @param publics the profiles of public interfaces
 */
export function reloading(wish: GatewayWish, scene: Scene, publics: readonly View[]): Command[] {
  const down = activeOf(wish, scene, publics);
  const up = enabledAgain(scene);
  return [
    ...reapplying([wish.interfaceName, ...touchedIn(scene, [wish.interfaceName, ...down, ...up])]),
    ...down.map((name) => deviceCommand('disconnect', name)),
    ...up.map((name) => deviceCommand('connect', name)),
  ];
}

/** The way back, once the old files are there again: what was connected comes first, for it has the default route. */
export function restoring(wish: GatewayWish, scene: Scene, publics: readonly View[]): Command[] {
  const up = activeOf(wish, scene, publics);
  const down = enabledAgain(scene);
  const [reload, ...reapply] = reapplying([
    wish.interfaceName,
    ...touchedIn(scene, [wish.interfaceName, ...down, ...up]),
  ]);
  return [
    ...(reload === undefined ? [] : [reload]),
    ...up.map((name) => deviceCommand('connect', name)),
    ...reapply,
    ...down.map((name) => deviceCommand('disconnect', name)),
  ];
}

/** The active public interfaces, where they are to be disabled. */
function activeOf(
  { publicInterface, interfaceName }: GatewayWish,
  { reign }: Scene,
  publics: readonly View[],
) {
  const files = new Set(publics.map(({ theirs }) => nameOf(theirs.file.path)));
  return publicInterface !== 'disable'
    ? []
    : // A package's profile is active by its old path until it is hidden by one of the same name in /etc.
      [...reign]
        .filter(([name, path]) => name !== interfaceName && files.has(nameOf(path)))
        .map(([name]) => name);
}

/** The interfaces that were disabled by us, and are not so any more. */
function enabledAgain({ files, before = files, reign }: Scene): string[] {
  const still = disabledIn(files);
  return disabledIn(before).filter((name) => !still.includes(name) && !reign.has(name));
}

function disabledIn(files: readonly NetworkFile[]): string[] {
  const isOff = (profile: View['theirs']) => truth(setting(profile, 'connection', 'autoconnect')) === false;
  const theirs = viewsOf(files).map((view) => view.theirs);
  return readProfiles(files)
    .filter(isOff)
    .filter(({ file }) => theirs.some((one) => one.file.path === file.path && !isOff(one)))
    .map(interfaceNameOf);
}

/** Other active interfaces in whose profiles we have written. */
function touchedIn({ files, before = files, reign }: Scene, except: readonly string[]): string[] {
  const touched = [...files, ...before]
    .filter(({ text }) => text.includes(offMark) || text.includes(addedMark))
    .map(({ path }) => nameOf(path));
  return [...reign]
    .filter(([name, path]) => !except.includes(name) && touched.includes(nameOf(path)))
    .map(([name]) => name);
}
