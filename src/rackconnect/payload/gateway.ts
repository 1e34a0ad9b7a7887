import { isContainer, placesOf } from './fields.ts';
import { canon, type Tree } from './tree.ts';

const gatewayKey =
  /^(?:automation|rackconnect|default|server)?gateway(?:ip|ipaddress|ipv4|ipv4address|address)?$/;
const addressKeys = ['ip', 'ipaddress', 'ipv4', 'ipv4address', 'address'];

/** The parts of an answer with the gateway's address. */
export function gatewayNodes(top: Tree): readonly Tree[] {
  if (top.key === '' && top.text !== undefined) return [top];
  const near = [...placesOf(top)].filter(({ parents }) => parents.length <= 2);
  const named = near.filter(({ node, key }) => gatewayKey.test(key) && !isContainer(node));
  if (named.length > 0) return named.map(({ node }) => node);
  // `{"gateway": {"ip": …}}`: an address counts only inside a gateway; elsewhere it may be the server's own.
  const inside = near.filter(({ key, parents }) => {
    const parent = parents.at(-1);
    return addressKeys.includes(key) && parent !== undefined && gatewayKey.test(canon(parent.key));
  });
  return inside.map(({ node }) => node);
}
