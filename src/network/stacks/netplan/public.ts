import { cannotDisable, refuseStacked } from '../stacked-on.ts';
import { nameOf } from '../text/glob.ts';
import { disabledContent, linesOf, wasMark } from '../text/marks.ts';
import { type NetplanFile, pairsOf, readNetplanFile } from './file.ts';
import { interfaceNameOf, isForSeveral, type MergedDefinition, mergeDefinitions } from './merge.ts';
import { ownPath } from './own-file.ts';
import { nameserversLacking, nameserversOf } from './resolvers.ts';
import { defaultRoutes } from './routes.ts';

/**
 * A file as it was before rc-wait disabled lines; undefined if somebody has since written text
 * between the marks that is not valid YAML without them.
 */
export function originalNetplan(file: NetplanFile): NetplanFile | undefined {
  const { path, text } = file;
  const original = withoutMarks(text);
  if (original === text) return file;
  try {
    return readNetplanFile({ path, text: original });
  } catch {
    return undefined;
  }
}

function withoutMarks(text: string): string {
  const lines = linesOf(text);
  return lines
    .map((line, index) => {
      const tookItsPlace = lines[index - 1]?.text.startsWith(wasMark);
      return tookItsPlace ? '' : (disabledContent(line.text) ?? line.text) + line.ending;
    })
    .join('');
}

/**
 * Definitions other than the gateway's that bring an IPv4 default route, or did before rc-wait changed them.
 * @param live the files as they are
 * @param originals the files as they were before rc-wait
 */
export function publicDefinitions(
  live: readonly NetplanFile[],
  originals: readonly NetplanFile[],
  homeId: string,
): MergedDefinition[] {
  return mergeDefinitions(originals).filter(({ id, dhcp4, useRoutes }) => {
    if (id === homeId) return false;
    const holdsRoute = originals.some((file) =>
      file.definitions.some((one) => one.id === id && defaultRoutes(file, one).length > 0),
    );
    // Somebody may have rewritten its default route in one file while its nameservers are still disabled in another.
    const hasMoved =
      nameserversLacking(nameserversOf(live, [id]), nameserversOf(originals, [id])) !== undefined;
    return holdsRoute || (dhcp4 && useRoutes) || hasMoved;
  });
}

/**
 * Refuses to disable definitions for several interfaces, and those on which others are stacked.
 * @param all every definition
 * @throws RcWaitError NETWORK_FILE
 */
export function refuseDisabling(
  publics: readonly MergedDefinition[],
  all: readonly MergedDefinition[],
  files: readonly NetplanFile[],
): void {
  const ids = publics.map(({ id }) => id);
  for (const definition of publics) {
    const name = interfaceNameOf(definition);
    if (isForSeveral(definition)) {
      throw cannotDisable(
        name,
        `netplan's definition "${definition.id}" may be for other interfaces as well`,
      );
    }
    const late = files.find(({ path, document, definitions }) =>
      definitions.some(
        ({ id, settings }) =>
          id === definition.id &&
          isReadAfterOwn(path) &&
          pairsOf(document, settings, 'activation-mode').length > 0,
      ),
    );
    if (late)
      throw cannotDisable(
        name,
        `${late.path} sets its activation-mode, and netplan reads it after rc-wait's file`,
      );
  }
  refuseStacked(
    ids,
    all.flatMap(({ id: upper, lowers }) =>
      lowers.map(({ id: lower, path }) => ({ upper, lower, path, isPort: false })),
    ),
  );
}

/** Whether netplan reads a file after rc-wait's, so that its settings win. */
export function isReadAfterOwn(path: string): boolean {
  return nameOf(path) > nameOf(ownPath);
}
