// What an application does with Agenda, a queue of jobs, as assertions. The argument is the cluster's URI.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agenda } from "agenda";

const [uri] = process.argv.slice(2);
const open = async (name) => {
  const agenda = new Agenda({ db: { address: uri.replace("/?", "/agenda?"), collection: "jobs" }, name, processEvery: 50, defaultLockLifetime: 10_000 });
  await once(agenda, "ready");
  return agenda;
};

const one = await open("one");
const two = await open("two");
const ran = [];
for (const agenda of [one, two]) {
  agenda.define("note", async (job) => { ran.push(job.attrs.data.n); });
  agenda.define("fail", async () => { throw new Error("in vain"); });
  agenda.define("often", async () => { ran.push("often"); });
}

// until waits for what a queue does in its own time.
async function until(what, done) {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((r) => setTimeout(r, 20))) if (await done()) return;
  assert.fail(`${what} did not come`);
}

const steps = {
  async "jobs that are due run once, whoever takes them"() {
    await Promise.all([one.start(), two.start()]);
    await Promise.all([...Array(20).keys()].map((n) => one.now("note", { n })));
    await until("every job", () => ran.length >= 20);
    assert.deepEqual(ran.toSorted((a, b) => a - b), [...Array(20).keys()]);
  },

  async "a failure is kept with its job"() {
    await two.now("fail", {});
    await until("the failure", async () => (await one.jobs({ name: "fail", failCount: 1 })).length === 1);
    const [job] = await one.jobs({ name: "fail" });
    assert.equal(job.attrs.failReason, "in vain");
  },

  async "a repeated job is one document"() {
    await one.every("1 second", "often");
    await two.every("1 second", "often");
    await until("two runs", () => ran.filter((n) => n === "often").length >= 2);
    assert.equal((await one.jobs({ name: "often" })).length, 1);
    assert.equal(await one.disable({ name: "often" }), 1);
  },

  async "a unique job is saved once"() {
    for (let i = 0; i < 3; i++) await one.create("note", { n: 100, of: "x" }).unique({ "data.of": "x" }).schedule(new Date(Date.now() + 3_600_000)).save();
    const jobs = await one.jobs({ "data.of": "x" }, { nextRunAt: -1 }, 10, 0);
    assert.equal(jobs.length, 1);
  },

  async "jobs by priority, cancelled and purged"() {
    await one.create("note", { n: 200 }).priority("high").schedule("in 2 hours").save();
    assert.equal((await one.jobs({ priority: { $gte: 10 } })).length, 1);
    assert.equal(await one.cancel({ "data.n": 200 }), 1);
    await one._collection.insertOne({ name: "nobody's" });
    assert.equal(await one.purge(), 1);
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step().then(() => console.log("ok", name), (e) => console.log("FAILED", name, e));
}
await Promise.all([one.close({ force: true }), two.close({ force: true })]);
await Promise.all([one.stop(), two.stop()]).catch(() => {}); // the connection is closed
process.exit(0);
