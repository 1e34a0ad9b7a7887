import type { Stack } from '../types.ts';
import { ifcfg } from './ifcfg/index.ts';
import { ifupdown } from './ifupdown/index.ts';
import { netplan } from './netplan/index.ts';
import { networkd } from './networkd/index.ts';
import { networkmanager } from './networkmanager/index.ts';
import { wicked } from './wicked/index.ts';

/**
 * Every stack that rc-wait can write. netplan stands before those that it
 * writes for: where it defines an interface, they only carry out what it says.
 */
export const stacks: readonly Stack[] = [netplan, ifupdown, networkd, networkmanager, ifcfg, wicked];
