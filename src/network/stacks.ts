import { ifcfg } from './stacks/ifcfg.ts';
import { ifupdown } from './stacks/ifupdown.ts';
import { netplan } from './stacks/netplan.ts';
import { networkd } from './stacks/networkd.ts';
import { networkmanager } from './stacks/networkmanager.ts';
import { wicked } from './stacks/wicked.ts';
import type { Stack } from './types.ts';

/**
 * Every stack that rc-wait can write. netplan stands before those that it
 * writes for: where it defines an interface, they only carry out what it says.
 */
export const stacks: readonly Stack[] = [netplan, ifupdown, networkd, networkmanager, ifcfg, wicked];
