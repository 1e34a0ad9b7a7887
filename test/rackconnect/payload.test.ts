import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  featureNamed,
  readDetails,
  readFeatures,
  readGateway,
  readStatus,
} from '../../src/rackconnect/payload.ts';
import { label, spelling } from './payload/dialects.ts';

const readers = [readStatus, readDetails, readGateway, readFeatures] as const;

const statusIn = (body: string): string | undefined => {
  const read = readStatus(body, 'text/plain');
  return read.ok ? read.value : undefined;
};
const whyNot = (body: string, expected = 'application/json'): string => {
  const read = readStatus(body, expected);
  return read.ok ? `it was read: ${read.value}` : read.why;
};

describe('the status', () => {
  test.each([
    ['DEPLOYED', 'DEPLOYED'],
    ['  deploying\r\n', 'DEPLOYING'],
    ['\uFEFFFAILED', 'FAILED'],
    ['"DEPLOYED"', 'DEPLOYED'],
    ['In  progress', 'IN_PROGRESS'],
    ['{"automation_status":"DEPLOYED"}', 'DEPLOYED'],
    ['{"Automation-Status": " deployed "}', 'DEPLOYED'],
    ['{"status":"FAILED"}', 'FAILED'],
    ['{"automation_status":{"status":"DEPLOYED","tasks":[{"name":"a","status":"FAILED"}]}}', 'DEPLOYED'],
    ['{"rackconnect_automation_status":"UNPROCESSABLE"}', 'UNPROCESSABLE'],
    ['{"status":"OK","automation_status":"DEPLOYING"}', 'DEPLOYING'],
    ['{"server":{"name":"web1","automation_status":"DEPLOYED"}}', 'DEPLOYED'],
    ['<automation_status>DEPLOYED</automation_status>', 'DEPLOYED'],
    ['<?xml version="1.0"?><a:automationStatus xmlns:a="x">Deploying</a:automationStatus>', 'DEPLOYING'],
    ['<automation_status status="DEPLOYED"/>', 'DEPLOYED'],
    [
      '<r><automation_status>DEPLOYED</automation_status><automation_status>DEPLOYED</automation_status></r>',
      'DEPLOYED',
    ],
  ])('%j is read as %s', (body, status) => {
    expect(statusIn(body)).toBe(status);
  });

  test.each([
    ['', 'the answer is empty'],
    [' \n\uFEFF', 'the answer is empty'],
    ['null', 'the answer names no automation status'],
    ['true', "the answer's status is not a word: true"],
    ['[]', 'the answer names no automation status'],
    ['{}', 'the answer names no automation status'],
    ['{"automation_status":null}', "the answer's status is not a word: empty"],
    ['{"automation_status":1e999}', "the answer's status is not a word: empty"],
    ['{"automation_status":12}', "the answer's status is not a word: 12"],
    ['{"error":"no such server"}', 'the answer names no automation status (it has error: no such server)'],
    ['{"tasks":[{"name":"a","status":"DEPLOYED"}]}', 'names no automation status'],
    ['{"tasks":{"status":"DEPLOYED"}}', 'names no automation status'],
    [
      '{"automation_status":"DEPLOYED","automationStatus":"FAILED"}',
      'the answer has two statuses: DEPLOYED and FAILED',
    ],
    [
      '{"automation_status":"FAILED","automation_status":"DEPLOYED"}',
      'the key "automation_status" twice in one object',
    ],
    [
      '<r><automation_status>A B</automation_status><automation_status>C D</automation_status></r>',
      'two statuses: A_B and C_D',
    ],
    ['{"automation_status":"DEPL', 'the answer is not valid JSON'],
    ['<automation_status>DEPLOYED', 'the answer is not well-formed XML'],
    ['<a>DEPLOYED</a><b/>', 'it needs one root element'],
    [
      '<!DOCTYPE a [<!ENTITY b "DEPLOYED">]><automation_status>&b;</automation_status>',
      'a document type declaration',
    ],
    ['503 Service Unavailable', "the answer's status is not a word: 503 Service Unavailable"],
    ['D', "the answer's status is not a word: D"],
    ['DEPLOYED\nFAILED', "the answer's status is not a word"],
  ])('%j is no status: %s', (body, why) => {
    expect(whyNot(body)).toContain(why);
  });

  test('an HTML page is never a status, whatever it says it is', () => {
    for (const page of [
      '<!DOCTYPE html><html><body>DEPLOYED</body></html>',
      '<?xml version="1.0"?>\n<!-- x --><!doctype HTML PUBLIC "-//W3C//DTD XHTML 1.0">\n<html/>',
      '<HTML><automation_status>DEPLOYED</automation_status></HTML>',
      '<head><title>401</title></head>',
      '<h1>It works!</h1>',
    ]) {
      expect(whyNot(page, 'application/json')).toBe('the answer is an HTML page, not JSON');
      expect(whyNot(page, 'text/plain; charset=utf-8')).toBe('the answer is an HTML page, not text');
      expect(whyNot(page, 'xml')).toBe('the answer is an HTML page, not XML');
      for (const read of readers) expect(read(page, 'text/html').ok).toBe(false);
    }
  });

  test('a plain status labelled as a web page is still the status', () => {
    expect(readStatus('DEPLOYED', 'text/html')).toEqual({ ok: true, value: 'DEPLOYED', unread: [] });
  });

  test('what was not understood is shown, at most 20 parts of it', () => {
    const read = readStatus('{"automation_status":"DEPLOYED","note":{"by":["ops"]},"eta":null}', 'json');
    expect(read).toEqual({ ok: true, value: 'DEPLOYED', unread: ['note.by[0]: ops', 'eta: empty'] });
    const parts = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, index]));
    const long = readStatus(JSON.stringify({ ...parts, automation_status: 'DEPLOYED' }), 'json');
    expect(long.ok && long.unread.slice(19)).toEqual(['k19: 19', '… and 10 more']);
  });
});

describe('the details', () => {
  test('tasks that cannot be read do not cost the status, and are shown', () => {
    const body =
      '{"automation_status":"DEPLOYING","tasks":[{"name":"a"},{"status":"b"},"c",{"name":"d","status":"e"}]}';
    expect(readDetails(body, 'json')).toEqual({
      ok: true,
      value: { status: 'DEPLOYING', tasks: [{ name: 'd', status: 'e' }] },
      unread: ['tasks[0].name: a', 'tasks[1].status: b', 'tasks[2]: c'],
    });
    expect(readDetails('DEPLOYED', 'text')).toEqual({
      ok: true,
      value: { status: 'DEPLOYED', tasks: [] },
      unread: [],
    });
  });

  test.each([
    '<r><automation_status>DEPLOYED</automation_status><task><name>a</name><automation_status>FAILED</automation_status></task></r>',
    '{"automation_status":"DEPLOYED","steps":{"automation_status":"FAILED"}}',
    '{"data":[{"name":"a","automation_status":"FAILED"},{"name":"b","status":"FAILED"}],"automation_status":"DEPLOYED"}',
  ])("a task's status is never taken for the server's: %s", (body) => {
    expect(statusIn(body)).toBe('DEPLOYED');
  });

  test('an entity in a name is read once: what it stands for may look like another', () => {
    const body =
      '<r><automation_status>FAILED</automation_status><task name="&amp;lt;" status="x&#x21;&#33;&#9999999;"/></r>';
    expect(readDetails(body, 'xml')).toMatchObject({
      value: { tasks: [{ name: '&lt;', status: 'x!!&#9999999;' }] },
    });
  });

  test("a task's name cannot drive the terminal", () => {
    const body = JSON.stringify({
      automation_status: 'DEPLOYING',
      tasks: [{ name: 'a\u001b[2J\u202eb\nc', status: 'x\u0007' }],
    });
    expect(readDetails(body, 'json')).toMatchObject({ value: { tasks: [{ name: 'a[2Jb c', status: 'x' }] } });
  });

  test('at most 500 tasks are kept, and the rest is said', () => {
    const tasks = Array.from({ length: 600 }, (_, index) => ({ name: `n${index}`, status: 's' }));
    const read = readDetails(JSON.stringify({ automation_status: 'DEPLOYING', tasks }), 'json');
    expect(read.ok && read.value.tasks).toHaveLength(500);
    expect(read.ok && read.unread.at(-1)).toBe('… and 180 more');
  });
});

describe('the gateway', () => {
  test.each([
    ['', 'the answer is empty'],
    ['{"gateway_ip":null}', "the answer's gateway is not an IPv4 address: empty"],
    ['{"gateway_ip":""}', "the answer's gateway is not an IPv4 address: empty"],
    ['10.208.0.1/19', 'not an IPv4 address: 10.208.0.1/19'],
    ['10.208.0.256', 'not an IPv4 address'],
    ['010.208.0.1', 'not an IPv4 address'],
    ['fe80::1', 'not an IPv4 address'],
    ['{"ip":"10.208.0.9"}', 'the answer names no gateway'],
    [
      '{"gateway_ip":"10.208.0.1","gateway":"10.208.0.2"}',
      'the answer has two gateways: 10.208.0.1 and 10.208.0.2',
    ],
    ['Not assigned yet', 'not an IPv4 address: Not assigned yet'],
  ])('%j is no gateway: %s', (body, why) => {
    const read = readGateway(body, 'text/plain');
    expect(read.ok ? read.value : read.why).toContain(why);
  });

  test('an address that ends in .255 is one: a real gateway inside a /19', () => {
    expect(readGateway('10.176.60.255\n', 'text')).toMatchObject({ ok: true, value: '10.176.60.255' });
  });
});

describe('the features', () => {
  const enabledIn = (body: string): unknown => {
    const read = readFeatures(body, 'application/json');
    return read.ok ? featureNamed(read.value, 'configureNetworkStack')?.enabled : read.why;
  };

  test('any list of features comes back, in its order', () => {
    const features = fc.array(fc.record({ name: label, enabled: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(features, spelling, (list, spell) => {
        const body = {
          [spell('automation features')]: list.map(({ name, enabled }) => ({
            name,
            [spell('is enabled')]: enabled,
          })),
        };
        expect(readFeatures(JSON.stringify(body), 'json')).toEqual({
          ok: true,
          value: list.map(({ name, enabled }) => ({ name, enabled, status: String(enabled) })),
          unread: [],
        });
      }),
    );
  });

  test('a word that nobody has seen is kept, and decides nothing', () => {
    const read = readFeatures('{"features":[{"name":"ConfigureNetworkStack","status":"PENDING"}]}', 'json');
    expect(read).toMatchObject({
      value: [{ name: 'ConfigureNetworkStack', enabled: undefined, status: 'PENDING' }],
    });
  });

  test.each([
    '{"features":[{"name":"ConfigureNetworkStack","enabled":true,"status":"DISABLED"}]}',
    '{"features":[{"name":"ConfigureNetworkStack","enabled":true},{"name":"Configure network stack","enabled":false}]}',
  ])('features that contradict themselves decide nothing: %s', (body) => {
    expect(enabledIn(body)).toBeUndefined();
    expect(readFeatures(body, 'json').ok).toBe(true);
  });

  test('the contradiction is in the status, for people', () => {
    const features = [
      { name: 'ConfigureNetworkStack', enabled: true, status: 'on' },
      { name: 'Configure network stack', enabled: false, status: 'off' },
    ];
    expect(featureNamed(features, 'configureNetworkStack')).toEqual({
      name: 'ConfigureNetworkStack',
      enabled: undefined,
      status: 'on / off',
    });
    expect(featureNamed(features, 'provisionPublicIp')).toBeUndefined();
  });

  test("the spelling of the Cloud Servers metadata, 'provison', is understood", () => {
    const read = readFeatures('{"rackconnect_automation_feature_provison_public_ip":"ENABLED"}', 'json');
    expect(read.ok && featureNamed(read.value, 'provisionPublicIp')?.enabled).toBe(true);
  });

  test.each(['[]', '{"automation_features":[]}', '<automation_features/>', '<r><features></features></r>'])(
    '%s says that there are none',
    (body) => {
      expect(readFeatures(body, 'json')).toMatchObject({ ok: true, value: [] });
    },
  );

  test.each([
    '{}',
    'null',
    '{"automation_features":null}',
    '{"error":"denied"}',
    '{"errors":[]}',
    '<error/>',
    'ENABLED',
  ])('%s is not read as "no features"', (body) => {
    expect(readFeatures(body, 'json')).toEqual({ ok: false, why: 'the answer names no automation feature' });
  });
});

describe('hostile bodies', () => {
  test.each([
    ['a million opening brackets', '['.repeat(1_000_000)],
    ['lists half a million deep', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['objects 150,000 deep', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`],
    ['half a million numbers', `[${'1,'.repeat(500_000)}1]`],
    ['elements 100,000 deep', '<x>'.repeat(100_000) + '</x>'.repeat(100_000)],
    ['60,000 elements', `<x>${'<y/>'.repeat(60_000)}</x>`],
    ['200,000 elements', `<x>${'<y/>'.repeat(200_000)}</x>`],
    ['a billion laughs', `<!DOCTYPE x [${'<!ENTITY a "b">'.repeat(1000)}]><x>&a;</x>`],
    ['a laugh in the middle', '<x><!ENTITY a "b"></x>'],
    ['100,000 comments', `${'<!---->'.repeat(100_000)}<x/>`],
    ['comments without end', '<!-- '.repeat(100_000)],
    ['a number of a million digits', `{"automation_status":${'9'.repeat(1_000_000)}}`],
    ['two megabytes', 'A'.repeat(2_000_000)],
  ])('%s: refused within seconds of computing', (_name, body) => {
    const before = process.cpuUsage();
    expect(readDetails(body, 'json').ok).toBe(false);
    const { user, system } = process.cpuUsage(before);
    // Of the processor's time, which others on the machine do not use up: what is linear takes a hundredth of it.
    expect((user + system) / 1000).toBeLessThan(8_000);
  });

  test('prototype keys change nothing but their own part', () => {
    const body =
      '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"automation_status":"DEPLOYED"}';
    expect(statusIn(body)).toBe('DEPLOYED');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(
      statusIn(
        '<x><toString>a</toString><automation_status hasOwnProperty="b">DEPLOYED</automation_status></x>',
      ),
    ).toBe('DEPLOYED');
    expect(readStatus('<x><__proto__>a</__proto__></x>', 'xml').ok).toBe(false);
  });
});
