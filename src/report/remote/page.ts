import { escapeMarkup } from '../../base/text.ts';
import { clean, count, elapsed } from '../words.ts';
import type { PageData } from './page/model.ts';
import { outcomes, type RemoteDocument, type RemoteOutcome } from './result.ts';

/** What makes the page more than text. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** SHA-256 in Base64 */
  readonly digest: (text: string) => string;
}

/**
 * The wait as one page that needs nothing else, for `--report`. Its policy lets run what is in it by its hash,
 * and lets nothing be fetched from anywhere. (CSP 3; a `<script>` with another type is data, which no policy
 * concerns: HTML, "prepare the script element".)
 */
export function remotePage(document: RemoteDocument, { script, style, digest }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${digest(script)}'`,
    `style-src 'sha256-${digest(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const title = `rc-wait: ${clean(document.message)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${escapeMarkup(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeMarkup(clean(document.message))}</h1>
<p class="facts">${escapeMarkup(factsOf(document))}</p>
</header>
<noscript><p>The list of the servers needs JavaScript, which is in this file.</p></noscript>
${skeleton}
<script type="application/json" id="data">${jsonInHtml(dataOf(document))}</script>
<script>${script}</script>
</body>
</html>
`;
}

function factsOf({ started_at, ended_at, waited_ms, requests }: RemoteDocument): string {
  return `From ${started_at} to ${ended_at} (${elapsed(waited_ms)}), with ${count(requests.sent, 'request')}.`;
}

const labels: Readonly<Record<RemoteOutcome, string>> = {
  failed: 'failed',
  gone: 'gone',
  'exec-failed': 'command failed',
  unprocessable: 'unprocessable',
  'no-rackconnect': 'without RackConnect',
  refused: 'refused',
  unavailable: 'not known',
  interrupted: 'not ended',
  timeout: 'not ended',
  deployed: 'deployed',
};

function dataOf({ started_at, waited_ms, servers }: RemoteDocument): PageData {
  const reasons = [...new Set(servers.flatMap(({ reason }) => (reason === null ? [] : [clean(reason)])))];
  const places = new Map(reasons.map((reason, place) => [reason, place]));
  return {
    startedMs: Date.parse(started_at),
    waitedMs: waited_ms,
    outcomes,
    labels: outcomes.map((outcome) => labels[outcome]),
    reasons,
    servers: servers.map((server) => [
      clean(server.name),
      clean(server.id ?? ''),
      clean(server.region ?? ''),
      outcomes.indexOf(server.outcome),
      server.reason === null ? -1 : (places.get(clean(server.reason)) ?? -1),
      addressesOf(server).join(' '),
      server.ended_after_ms,
      server.deploying_ms,
    ]),
  };
}

/** All addresses, the one to reach it by first. */
function addressesOf({ ip, servicenet_ip, addresses }: RemoteDocument['servers'][number]): string[] {
  const all = [ip, ...Object.values(addresses).flat(), servicenet_ip].filter((one) => one !== null);
  return [...new Set(all.map(clean))];
}

/** JSON that ends no `<script>` and begins no comment in one, whatever its strings hold. */
function jsonInHtml(data: PageData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

const heads = [
  ['outcome', 'Outcome'],
  ['name', 'Server'],
  ['region', 'Region'],
  ['addresses', 'Addresses'],
  ['ended', 'Ended at'],
  ['took', 'Took'],
  ['lane', 'During the wait'],
  ['reason', 'Reason'],
] as const;

const headCells = heads
  .map(([column, title]) =>
    column === 'lane'
      ? `<th scope="col" id="head-lane">${title}</th>`
      : `<th scope="col" id="head-${column}" data-column="${column}"${column === 'outcome' ? ' aria-sort="ascending"' : ''}><button type="button">${title}</button></th>`,
  )
  .join('\n');

/** What the script fills. */
const skeleton = `<main id="dynamic" hidden>
<div id="outcomes" role="group" aria-label="Servers by outcome"></div>
<section id="troubles" aria-labelledby="troubles-title">
<h2 id="troubles-title">Not deployed, and why</h2>
<ul id="reasons"></ul>
</section>
<div id="charts">
<section aria-labelledby="bars-title">
<h2 id="bars-title">How long the servers took</h2>
<div id="bars"></div>
<p class="axis"><span id="least"></span><span id="tallest"></span><span id="most"></span></p>
</section>
<section aria-labelledby="growth-title">
<h2 id="growth-title">When they became ready</h2>
<div id="growth"></div>
<p class="axis"><span id="begun"></span><span id="total"></span><span id="over"></span></p>
</section>
</div>
<section id="list" aria-labelledby="list-title">
<h2 id="list-title">Servers</h2>
<div id="tools">
<input type="search" id="search" placeholder="Search: name, address, reason … ( / )" aria-label="Search" autocomplete="off" spellcheck="false">
<button type="button" id="clear" hidden>Show all (Esc)</button>
<span id="count" role="status"></span>
</div>
<div class="scroll" tabindex="0" role="region" aria-labelledby="list-title">
<table>
<thead>
<tr>
${headCells}
</tr>
</thead>
<tbody id="rows"></tbody>
</table>
</div>
<p id="nothing" hidden>No server fits.</p>
<div id="pager" role="group" aria-label="Pages">
<button type="button" id="first">First</button>
<button type="button" id="previous">Previous</button>
<span id="where"></span>
<button type="button" id="next">Next</button>
<button type="button" id="last">Last</button>
</div>
</section>
</main>`;
