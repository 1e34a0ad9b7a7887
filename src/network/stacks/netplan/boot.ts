import type { BootObstacle, Generated, InterfaceRef } from '../../types.ts';
import type { AtBoot } from '../at-boot.ts';
import { usesNetworkd } from './dhcp.ts';
import { interfaceNameOf, type MergedDefinition, standsFor } from './merge.ts';

/** netplan has no unit: where it is installed, its generator runs at every boot, and makes systemd start networkd. */
export const netplanAtBoot: AtBoot = {
  units: [],
  generated: ['/run/systemd/network/10-netplan-*', '/run/NetworkManager/system-connections/netplan-*'],
  starts: ['networkd'],
  setUpWith: [],
};

/** What keeps netplan's renderer from bringing an interface up at boot (`activation-mode` of netplan(5)). */
export function netplanObstacles(
  definitions: readonly MergedDefinition[],
  target: InterfaceRef,
): BootObstacle[] {
  return definitions
    .filter((definition) => standsFor(definition, target))
    .flatMap(({ activation }) => (activation === undefined ? [] : [activation]))
    .filter(({ mode }) => mode === 'manual' || mode === 'off')
    .map(({ mode, path, line }) => ({
      reason: `nothing brings ${target.interfaceName} up at boot: ${path}, line ${line}, says activation-mode: ${mode}`,
      way: 'take activation-mode out there',
      isCertain: true,
    }));
}

/** The files that netplan's generator writes for its renderers at every boot. */
export function generatedBy(definitions: readonly MergedDefinition[]): Generated[] {
  return definitions.map((definition) => {
    const { id } = definition;
    const isFor = (target: InterfaceRef) => standsFor(definition, target);
    const interfaceName = interfaceNameOf(definition);
    return usesNetworkd(definition)
      ? { reader: 'networkd', name: `10-netplan-${id}.network`, interfaceName, isFor }
      : { reader: 'networkmanager', name: `netplan-${id}.nmconnection`, interfaceName, isFor };
  });
}
