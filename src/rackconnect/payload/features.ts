import type { Feature } from '../types.ts';
import { fieldOf, nameOfField, placesOf, statusOf } from './fields.ts';
import { canon, cleanValue, type Tree } from './tree.ts';

/** The features of "RackConnect API", matched by their human names; the keys are rc-wait's own. */
const featureNames = {
  configureNetworkStack: /^(?:rackconnect)?(?:automation)?(?:feature)?configurenetworkstack$/,
  manageSoftwareFirewall: /^(?:rackconnect)?(?:automation)?(?:feature)?managesoftwarefirewall$/,
  // The Cloud Servers metadata spells it `provison`.
  provisionPublicIp: /^(?:rackconnect)?(?:automation)?(?:feature)?provisi?onpublicip(?:address)?$/,
} as const;

/** rc-wait's name for a documented feature. */
export type FeatureName = keyof typeof featureNames;

function isKnownFeature(text: string | undefined): boolean {
  return text !== undefined && Object.values(featureNames).some((pattern) => pattern.test(canon(text)));
}

/** Whether a feature has that name, in any spelling. */
export function isNamed(feature: Feature, name: FeatureName): boolean {
  return featureNames[name].test(canon(feature.name));
}

/** A feature and the parts of the payload that it was read from. */
interface FoundFeature {
  readonly feature: Feature;
  readonly parts: readonly Tree[];
}

const maxFeatures = 100;

/**
 * All features in a tree, in payload order; at most 100. The root itself counts only if nothing below it does:
 * a server's own name and status are not a feature.
 */
export function findFeatures(root: Tree): readonly FoundFeature[] {
  const inside = [...placesOf(root)]
    .filter(({ node }) => node !== root)
    .flatMap(({ node }) => featureOf(node) ?? []);
  const found = inside.length > 0 ? inside : [featureOf(root) ?? []].flat();
  return found.slice(0, maxFeatures);
}

/** Whether a tree explicitly has no features: an empty list, or an empty element with that name. */
export function isExplicitlyEmpty(root: Tree): boolean {
  const isNone = (part: Tree): boolean => part.empty && /features?$/.test(canon(part.key));
  return isNone(root) || root.children.some(isNone) || (root.empty && root.key === '');
}

/** A value that says whether a feature is on. */
interface Word {
  readonly part: Tree;
  readonly enabled: boolean | undefined;
}

const yes = /^(?:true|yes|on|1|enabled|active)$/i;
const no = /^(?:false|no|off|0|disabled|inactive)$/i;

function wordAt(part: Tree | undefined, negated = false): Word[] {
  const text = part?.text?.trim() ?? '';
  if (part === undefined || text === '') return [];
  const enabled = yes.test(text) ? true : no.test(text) ? false : undefined;
  return [{ part, enabled: negated && enabled !== undefined ? !enabled : enabled }];
}

function featureOf(node: Tree): FoundFeature | undefined {
  const words = [
    ...wordAt(statusOf(node)),
    ...wordAt(fieldOf(node, ['isenabled', 'enabled', 'enable', 'isactive', 'active', 'value'])),
    ...wordAt(fieldOf(node, ['isdisabled', 'disabled']), true),
  ];
  const parts = words.map(({ part }) => part);
  const name = words.length === 0 ? undefined : nameIn(node, parts);
  if (name?.text !== undefined) return { feature: featureFrom(name.text, words), parts: [name, ...parts] };
  // A map with the name as its key: `"configure_network_stack": "ENABLED"` or `…: {"enabled": true}`.
  if (!isKnownFeature(node.key)) return undefined;
  const own = words.length > 0 ? words : wordAt(node);
  return own.length > 0
    ? { feature: featureFrom(node.key, own), parts: own.map(({ part }) => part) }
    : undefined;
}

/** A documented name under any key wins over any name under a likely key. */
function nameIn(node: Tree, words: readonly Tree[]): Tree | undefined {
  const documented = node.children.find(({ text }) => isKnownFeature(text));
  const isOwn = node.text !== undefined && !words.includes(node) && !isKnownFeature(node.key);
  return documented ?? nameOfField(node) ?? (isOwn ? node : undefined);
}

/** One feature from all statements about it. If they contradict each other, `enabled` is undefined. */
function featureFrom(name: string, words: readonly Word[]): Feature {
  const votes = new Set(words.map(({ enabled }) => enabled).filter((enabled) => enabled !== undefined));
  const [enabled] = votes.size === 1 ? votes : [undefined];
  const texts = new Set(words.map(({ part }) => part.text?.trim() ?? ''));
  return { name: cleanValue(name), enabled, status: cleanValue([...texts].join(' / ')) };
}
