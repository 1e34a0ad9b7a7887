import fc from 'fast-check';
import type { Tree } from './yaml-writer.ts';

const servicenet = (isOld: boolean): Tree[] => [
  { to: '10.176.0.0/12', via: '10.208.0.1' },
  { to: '10.208.0.0/12', via: '10.208.0.1', metric: '50' },
  { via: '2001:db8::1', to: isOld ? '::/0' : 'default' },
  { to: isOld ? '0.0.0.0/0' : 'default', via: '203.0.113.1', table: '100' },
];

const nameservers = fc.record<Record<string, Tree>>(
  {
    addresses: fc.subarray(['192.0.2.53', '192.0.2.54', '2001:db8::53', '10.208.0.53']),
    search: fc.subarray(['a.example', 'b.example', 'c.example']),
  },
  { requiredKeys: [] },
);

/** What matters as little for default routes as for resolvers. */
const others = {
  nameservers,
  addresses: fc.constant(['10.208.5.7/19']),
  mtu: fc.constant('1500'),
};

/** A private network: routes, but never the default one. */
const third = (isOld: boolean) =>
  fc
    .record<Record<string, Tree>>(
      { ...others, routes: fc.subarray(servicenet(isOld), { maxLength: 2 }) },
      { requiredKeys: [] },
    )
    .chain((record) => fc.shuffledSubarray(Object.entries(record)).map((pairs) => Object.fromEntries(pairs)));

/**
 * The `ethernets` of a netplan file: eth1, perhaps eth0, and perhaps the private
 * eth2, in any order, each with some of the settings that matter, and some that do not.
 * @param strict only what netplan itself takes: `0/0` and unknown keys it refuses
 * @param isOld nor does it take `default`, which is new in 0.103
 */
export function ethernets(strict = false, isOld = false): fc.Arbitrary<Tree> {
  const everything = [...(isOld ? [] : ['default']), '0.0.0.0/0', ...(strict ? [] : ['0/0'])];
  const defaultRoute = fc.record({
    to: fc.constantFrom(...everything),
    via: fc.constantFrom('203.0.113.1', '10.208.0.1', '10.208.0.2'),
  });
  const routes = fc.array(fc.oneof(defaultRoute, fc.constantFrom(...servicenet(isOld))), { maxLength: 2 });
  const unknown = { 'x-unknown': fc.constantFrom<Tree>('a # b', "it's", { deep: ['1'] }, []) };
  const settings = fc
    .record<Record<string, Tree>>(
      {
        gateway4: fc.constantFrom('203.0.113.1', '10.208.0.1'),
        routes,
        dhcp4: fc.constantFrom('yes', 'no', 'true', 'false'),
        ...others,
        ...(strict ? {} : unknown),
      },
      { requiredKeys: [] },
    )
    .chain((record) => fc.shuffledSubarray(Object.entries(record)).map((pairs) => Object.fromEntries(pairs)));
  return fc
    .record({ eth1: settings, eth0: settings, eth2: third(isOld) }, { requiredKeys: ['eth1'] })
    .chain((record) => fc.shuffledSubarray(Object.entries(record), { minLength: Object.keys(record).length }))
    .map((pairs) => Object.fromEntries(pairs));
}

/** The numbers by which a tree is written in one way or another. */
export const style: fc.Arbitrary<fc.Stream<number>> = fc.infiniteStream(fc.nat({ max: 999 }));
