import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  featureNamed,
  readDetails,
  readFeatures,
  readGateway,
  readStatus,
} from '../../src/rackconnect/payload.ts';
import { inJson, inXml, spelling, word } from './payload/dialects.ts';

const many = { numRuns: 10_000 };
const readers = [readStatus, readDetails, readGateway, readFeatures] as const;

const statusIn = (body: string): string | undefined => {
  const read = readStatus(body, 'text/plain');
  return read.ok ? read.value : undefined;
};

describe('the details', () => {
  test('every JSON dialect gives back the status and the tasks', () => {
    fc.assert(
      fc.property(inJson, ({ what, body }) => {
        expect(readDetails(body, 'application/json')).toMatchObject({ ok: true, value: what });
        expect(statusIn(body)).toBe(what.status);
      }),
      many,
    );
  });

  test('every XML dialect gives back the status and the tasks, a single task included', () => {
    fc.assert(
      fc.property(inXml, ({ what, body }) => {
        expect(readDetails(body, 'application/xml')).toMatchObject({ ok: true, value: what });
        expect(statusIn(body)).toBe(what.status);
      }),
      many,
    );
  });

  test('an answer cut short anywhere never says another status', () => {
    fc.assert(
      fc.property(
        fc.oneof(inJson, inXml),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ what, body }, part) => {
          const read = readStatus(body.slice(0, Math.floor(body.length * part)), 'json');
          expect(!read.ok || read.value === what.status).toBe(true);
        },
      ),
      many,
    );
  });
});

describe('the gateway', () => {
  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
  const space = fc.constantFrom('', ' ', '\n', '\r\n', '\t ', '\uFEFF');

  test('every dialect gives back the address', () => {
    const rendering = fc
      .tuple(octets, spelling, space, space)
      .chain(([ip, spell, before, after]) =>
        fc
          .constantFrom(
            `${before}${ip}${after}`,
            JSON.stringify(`${ip}${after}`),
            JSON.stringify({ [spell('gateway ip')]: ip, updated: 'x' }),
            JSON.stringify({ [spell('gateway')]: { ip, mask: '255.255.224.0' } }),
            JSON.stringify([{ [spell('default gateway')]: ip }]),
            `<${spell('gateway ip')}>${before}${ip}${after}</${spell('gateway ip')}>`,
            `<server><${spell('gateway ip address')}>${ip}</${spell('gateway ip address')}></server>`,
            `<gateway ip="${ip}"/>`,
          )
          .map((body) => ({ ip, body })),
      );
    fc.assert(
      fc.property(rendering, ({ ip, body }) => {
        expect(readGateway(body, 'text/plain')).toMatchObject({ ok: true, value: ip });
      }),
      many,
    );
  });
});

describe('the features', () => {
  const enabledIn = (body: string): unknown => {
    const read = readFeatures(body, 'application/json');
    return read.ok ? featureNamed(read.value, 'configureNetworkStack')?.enabled : read.why;
  };
  const onWord = fc.constantFrom(true, 'true', 'True', 'ENABLED', 'enabled', 'yes', 'on', '1', 1);
  const offWord = fc.constantFrom(false, 'false', 'FALSE', 'DISABLED', 'Disabled', 'no', 'off', '0', 0);

  test('"Configure network stack" is found in every dialect', () => {
    const name = fc
      .tuple(spelling, fc.boolean())
      .map(([spell, human]) => (human ? 'Configure network stack' : spell('configure network stack')));
    const rendering = fc
      .record({ name, spell: spelling, enabled: fc.boolean(), on: onWord, off: offWord, first: fc.boolean() })
      .chain(({ name, spell, enabled, on, off, first }) => {
        const [value, contrary] = enabled ? [on, off] : [off, on];
        const others = [
          { [spell('feature name')]: 'Provision public IP address', [spell('is enabled')]: contrary },
        ];
        const listOf = (own: object): object[] => (first ? [own, ...others] : [...others, own]);
        const enabledKey = spell('is enabled');
        const element = (content: string): string => `<automation_feature>${content}</automation_feature>`;
        return fc
          .constantFrom(
            JSON.stringify({
              [spell('automation features')]: listOf({ [spell('feature name')]: name, [enabledKey]: value }),
            }),
            JSON.stringify(listOf({ name, status: value })),
            JSON.stringify([{ name, enabled: value }]),
            JSON.stringify({
              features: listOf({
                [spell('automation feature')]: name,
                enabled: value,
                description: 'It does things',
              }),
            }),
            JSON.stringify({ features: listOf({ key: name, [spell('is disabled')]: contrary }) }),
            JSON.stringify({ features: { [name]: value, manage_software_firewall: contrary } }),
            JSON.stringify({ [name]: { enabled: value }, ManageSoftwareFirewall: { enabled: contrary } }),
            JSON.stringify({ rackconnect_automation_feature_configure_network_stack: value }),
            `<automation_features>${element(`<name>${name}</name><is_enabled>${value}</is_enabled>`)}</automation_features>`,
            `<automation_features>${element(`<is_enabled>${value}</is_enabled><x>${name}</x>`)}${element('<name>Y</name><is_enabled>true</is_enabled>')}</automation_features>`,
            `<automation_feature is_enabled="${value}" name="${name}"/>`,
            `<automation_features><automation_feature is_enabled="${value}">${name}</automation_feature></automation_features>`,
            `<automation_features><automation_feature name="${name}">${value}</automation_feature></automation_features>`,
          )
          .map((body) => ({ body, enabled }));
      });
    fc.assert(
      fc.property(rendering, ({ body, enabled }) => {
        expect([body, enabledIn(body)]).toEqual([body, enabled]);
      }),
      many,
    );
  });
});

describe('hostile bodies', () => {
  test('nothing makes a reader throw, and a status is always a word', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.json(),
      fc
        .tuple(fc.oneof(inJson, inXml), fc.nat(), fc.string({ unit: 'binary', maxLength: 5 }))
        .map(([{ body }, at, noise]) => {
          const place = at % (body.length + 1);
          return body.slice(0, place) + noise + body.slice(place + noise.length);
        }),
      fc
        .array(
          fc.constantFrom(
            '<',
            '>',
            '/',
            'a',
            '=',
            '"',
            '&',
            '<![CDATA[',
            ']]>',
            '<!--',
            '-->',
            '<?',
            '?>',
            '__proto__',
            ' ',
            '#x0;',
          ),
          { maxLength: 40 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (body) => {
        for (const read of readers) {
          const result = read(body, 'json');
          if (!result.ok) expect(Array.from(result.why).length).toBeLessThanOrEqual(200);
          else expect(result.unread.length).toBeLessThanOrEqual(21);
        }
        expect(statusIn(body) ?? 'OK').toMatch(/^[A-Z][A-Z_-]{1,39}$/);
      }),
      many,
    );
  });

  test('JSON without a status is never one', () => {
    const key = fc.string({ maxLength: 8 }).filter((text) => !/sta/i.test(text));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        word,
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 4 }), (value) => {
        expect(readStatus(JSON.stringify(value), 'json').ok).toBe(false);
      }),
      many,
    );
  });
});
