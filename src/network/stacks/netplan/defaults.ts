import type { FileDefault, InterfaceRef, NetworkFile } from '../../types.ts';
import { isSilenced } from './dhcp.ts';
import { type Definition, type NetplanFile, readNetplanFile, textOf, valueAt } from './file.ts';
import {
  effectiveFiles,
  interfaceNameOf,
  type MergedDefinition,
  mergeDefinitions,
  standsFor,
} from './merge.ts';
import { defaultRoutes } from './routes.ts';

/** The default routes that netplan has its renderers bring, including the one in rc-wait's file. */
export function netplanDefaults(files: readonly NetworkFile[]): FileDefault[] {
  const read = effectiveFiles(files).map((file) => readNetplanFile(file));
  return mergeDefinitions(read).flatMap((definition) => {
    const { id, dhcp4, useRoutes } = definition;
    const parts = read.flatMap((file) =>
      file.definitions.filter((one) => one.id === id).map((part) => ({ file, part })),
    );
    const base = {
      device: isNamed(definition) ? interfaceNameOf(definition) : undefined,
      isAtBoot: !/^(manual|off)$/.test(parts.map(modeOf).findLast((mode) => mode !== undefined) ?? ''),
      mayBeOn: (link: InterfaceRef) => mayStandFor(definition, link),
    };
    const held = parts.flatMap(({ file, part }) =>
      defaultRoutes(file, part).map(({ via }) => ({ ...base, path: file.path, via, isLeased: false })),
    );
    // Option 121 may still bring one. This entry explains it in the kernel, and rc-wait's route is preferred to it.
    const isAtBoot = base.isAtBoot && !isSilenced(definition, files);
    const leased = { ...base, isAtBoot, path: parts.at(-1)?.file.path ?? '', via: undefined, isLeased: true };
    return dhcp4 && useRoutes ? [...held, leased] : held;
  });
}

function isNamed({ hasMatch, setName, matchName }: MergedDefinition): boolean {
  return !hasMatch || Boolean(setName) || Boolean(matchName);
}

/** If the target's MAC address is unknown, it may be the one in the match. */
function mayStandFor(definition: MergedDefinition, link: InterfaceRef): boolean {
  const { hasMatch, setName, matchMac } = definition;
  const isOpen = hasMatch && !setName && Boolean(matchMac) && link.macAddress === undefined;
  return isOpen || standsFor(definition, link);
}

function modeOf({ file, part }: { file: NetplanFile; part: Definition }): string | undefined {
  return textOf(file.document, valueAt(file.document, part.settings, 'activation-mode'));
}
