// tests/clients/session.mjs -- what a program does with a JavaScript client, step by step.
//
//   node session.mjs PACKAGE URL [gzip]
//
// PACKAGE is a name of package.json (elasticsearch-7.10 ... opensearch-3). Prints one line of JSON
// a step: {"step": ..., "ok": true} or {"step": ..., "ok": false, "why": ...}. The clients up to 7
// and OpenSearch's wrap an answer and take a body; those from 8 on do neither: `ask` hides that.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [packageName, url, gzip] = process.argv.slice(2);
const { Client } = createRequire(import.meta.url)(packageName);
const wrapped = !/^elasticsearch-(8|9)$/.test(packageName);
const client = new Client({
  node: url,
  compression: gzip ? (wrapped ? 'gzip' : true) : undefined,
  maxRetries: 0,
});
const index = `client-${packageName.replaceAll('.', '-')}`;
const COUNT = 500;

/** Calls a method of the client with parameters and a body; the answer's body comes back. */
async function ask(method, parameters, body = {}) {
  if (!wrapped) return method({ ...parameters, ...body });
  const hasBody = Object.keys(body).length > 0;
  return (await method(hasBody ? { ...parameters, body } : parameters)).body;
}

/** The error that a call must end with, as (status, type). */
async function refusal(call) {
  const error = await call().then(() => assert.fail('no error came'), (caught) => caught);
  assert.ok(error.meta, `not an answer of the server: ${error}`);
  return { status: error.meta.statusCode, type: error.meta.body?.error?.type };
}

async function* documents() {
  for (let number = 0; number < COUNT; number += 1) {
    const message = number % 50 ? 'all is well' : 'disk is full';
    yield { number, host: `web-${number % 5}`, message };
  }
}

const steps = {
  async 'the client accepts the server'() {
    const info = await ask(client.info.bind(client), {});
    assert.match(info.version.number, /^\d+\.\d+\.\d+/);
  },
  async 'makes an index'() {
    await ask(client.indices.delete.bind(client.indices), { index, ignore_unavailable: true });
    const made = await ask(client.indices.create.bind(client.indices), { index }, {
      mappings: { properties: { number: { type: 'long' }, host: { type: 'keyword' } } },
    });
    assert.equal(made.acknowledged, true);
  },
  async 'writes by its bulk helper'() {
    const result = await client.helpers.bulk({
      datasource: documents(),
      onDocument: (row) => ({ index: { _index: index, _id: String(row.number) } }),
      flushBytes: 10_000,
      refreshOnCompletion: index,
    });
    assert.deepEqual([result.total, result.successful, result.failed], [COUNT, COUNT, 0]);
  },
  async 'counts them'() {
    assert.equal((await ask(client.count.bind(client), { index })).count, COUNT);
  },
  async 'finds words, in order'() {
    const found = await ask(client.search.bind(client), { index }, {
      query: { match: { message: 'full' } }, sort: [{ number: 'desc' }], size: 3,
    });
    assert.equal(found.hits.total.value, 10);
    assert.deepEqual(found.hits.hits.map((hit) => hit._id), ['450', '400', '350']);
    assert.equal(found.hits.hits[0]._source.host, 'web-0');
  },
  async 'puts them into buckets'() {
    const found = await ask(client.search.bind(client), { index }, {
      size: 0, aggs: { hosts: { terms: { field: 'host' } } },
    });
    assert.deepEqual(found.aggregations.hosts.buckets.map((one) => one.doc_count),
      [100, 100, 100, 100, 100]);
  },
  async 'reads one'() {
    const one = await ask(client.get.bind(client), { index, id: '7' });
    assert.equal(one._source.number, 7);
  },
  async 'is told of a conflict'() {
    const document = { number: 7 };
    const parameters = { index, id: '7', ...(wrapped ? { body: document } : { document }) };
    assert.deepEqual(await refusal(() => client.create(parameters)),
      { status: 409, type: 'version_conflict_engine_exception' });
  },
  async 'is told of a conflict among many'() {
    const dropped = [];
    const result = await client.helpers.bulk({
      datasource: [{ number: 7 }, { number: COUNT }],
      onDocument: (row) => ({ create: { _index: index, _id: String(row.number) } }),
      onDrop: (document) => dropped.push([document.status, document.error.type]),
      retries: 0,
    });
    assert.deepEqual([result.successful, result.failed], [1, 1]);
    assert.deepEqual(dropped, [[409, 'version_conflict_engine_exception']]);
  },
  async 'is told of a missing index'() {
    assert.deepEqual(await refusal(() => client.search({ index: `${index}-missing` })),
      { status: 404, type: 'index_not_found_exception' });
  },
  async 'searches several at once'() {
    const several = [{ index }, { query: { term: { host: 'web-1' } } }, { index }, { size: 0 }];
    const parameters = wrapped ? { body: several } : { searches: several };
    const answer = await client.msearch(parameters);
    const { responses } = wrapped ? answer.body : answer;
    assert.deepEqual(responses.map((one) => one.status), [200, 200]);
  },
  async 'deletes the index'() {
    await ask(client.indices.delete.bind(client.indices), { index });
    const there = await client.indices.exists({ index });
    assert.equal(wrapped ? there.body : there, false);
  },
};

for (const [step, run] of Object.entries(steps)) {
  try {
    await run();
    console.log(JSON.stringify({ step, ok: true }));
  } catch (error) {
    const why = `${error.name}: ${error.message}`.slice(0, 600);
    console.log(JSON.stringify({ step, ok: false, why }));
  }
}
await client.close();
