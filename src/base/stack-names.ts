/**
 * The network stacks that rc-wait can write, each by the name of its folder in `network/stacks/`. Every other list of them
 * follows from this one: the type, flags, documents, journals. docs/adding.md has the way to add one.
 */
export const stackNames = ['netplan', 'ifupdown', 'networkd', 'networkmanager', 'ifcfg', 'wicked'] as const;

/** A network stack that rc-wait can write. */
export type StackName = (typeof stackNames)[number];
