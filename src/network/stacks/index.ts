import { ifcfg } from './ifcfg/index.ts';
import { ifupdown } from './ifupdown/index.ts';
import { netplan } from './netplan/index.ts';
import { networkd } from './networkd/index.ts';
import { networkmanager } from './networkmanager/index.ts';
import type { Stack } from './stack.ts';
import { wicked } from './wicked/index.ts';

/**
 * Every stack that rc-wait can write. netplan comes before networkd and NetworkManager, for
 * which it generates files: where netplan defines an interface, they only carry it out.
 */
export const stacks: readonly Stack[] = [netplan, ifupdown, networkd, networkmanager, ifcfg, wicked];
