// What an application written for node does with a database, as assertions. The first argument is the cluster's URI; the
// second is another way to the same cluster, over which answers get lost.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GridFSBucket, MongoBulkWriteError, MongoClient, MongoClientBulkWriteError, MongoServerError } from "mongodb";

const [uri, lossy] = process.argv.slice(2);

const steps = {
  async "create, read, update and delete"(db) {
    const c = db.collection("crud");
    const inserted = await c.insertMany([{ _id: 1, a: [1, 2] }, { _id: 2, a: 3 }, { _id: 3, when: new Date(0), none: null }]);
    assert.equal(inserted.insertedCount, 3);
    assert.deepEqual(await c.findOne({ a: 2 }), { _id: 1, a: [1, 2] });
    assert.equal((await c.updateMany({ a: { $exists: true } }, { $set: { seen: true } })).modifiedCount, 2);
    assert.equal((await c.replaceOne({ _id: 9 }, { x: 1 }, { upsert: true })).upsertedId, 9);
    assert.deepEqual(await c.findOneAndUpdate({ _id: 9 }, { $inc: { x: 1 } }, { returnDocument: "after" }), { _id: 9, x: 2 });
    assert.equal((await c.deleteMany({ seen: true })).deletedCount, 2);
    assert.deepEqual((await c.find().sort({ _id: -1 }).project({ _id: 1 }).toArray()).map((d) => d._id), [9, 3]);
    await assert.rejects(c.insertOne({ _id: 9 }), (e) => e instanceof MongoServerError && e.code === 11000 && e.keyValue._id === 9);
  },

  async "bulk writes"(db) {
    const c = db.collection("bulk");
    const work = [
      { insertOne: { document: { _id: 1, n: 1 } } },
      { insertOne: { document: { _id: 1 } } },
      { updateOne: { filter: { _id: 1 }, update: { $inc: { n: 1 } } } },
      { updateOne: { filter: { _id: 2 }, update: { $set: { n: 5 } }, upsert: true } },
      { deleteOne: { filter: { _id: 3 } } },
    ];
    const failed = await c.bulkWrite(work, { ordered: false }).catch((e) => e);
    assert.ok(failed instanceof MongoBulkWriteError);
    assert.deepEqual(failed.writeErrors.map((e) => e.index), [1]);
    assert.deepEqual([failed.insertedCount, failed.modifiedCount, failed.upsertedCount, failed.deletedCount], [1, 1, 1, 0]);
    assert.deepEqual(await c.find().sort({ _id: 1 }).toArray(), [{ _id: 1, n: 2 }, { _id: 2, n: 5 }]);
  },

  async "bulk writes of a client"(db, client) {
    const [one, other] = ["bulkOne", "bulkOther"].map((name) => `${db.databaseName}.${name}`);
    const work = [
      { namespace: one, name: "insertOne", document: { _id: 1, n: 1 } },
      { namespace: other, name: "insertOne", document: { _id: 1, n: 1 } },
      { namespace: one, name: "insertOne", document: { _id: 1 } },
      { namespace: other, name: "updateMany", filter: { n: 1 }, update: [{ $set: { n: { $add: ["$n", 1] } } }] },
      { namespace: one, name: "updateOne", filter: { _id: 2 }, update: { $set: { n: 5 } }, upsert: true },
      { namespace: one, name: "replaceOne", filter: { _id: 1 }, replacement: { n: 7 } },
      { namespace: other, name: "deleteOne", filter: { _id: 3 } },
    ];
    const failed = await client.bulkWrite(work, { ordered: false, verboseResults: true }).catch((e) => e);
    assert.ok(failed instanceof MongoClientBulkWriteError, String(failed));
    assert.deepEqual([...failed.writeErrors].map(([at, e]) => [at, e.code]), [[2, 11000]]);
    const done = failed.partialResult;
    assert.deepEqual([done.insertedCount, done.matchedCount, done.modifiedCount, done.upsertedCount, done.deletedCount], [2, 2, 2, 1, 0]);
    assert.equal(done.updateResults.get(4).upsertedId, 2);
    assert.deepEqual(await db.collection("bulkOne").find().sort({ _id: 1 }).toArray(), [{ _id: 1, n: 7 }, { _id: 2, n: 5 }]);
    assert.deepEqual(await db.collection("bulkOther").find().toArray(), [{ _id: 1, n: 2 }]);
    const many = Array.from({ length: 3000 }, (_, i) => ({ namespace: one, name: "insertOne", document: { _id: `d${i}`, fill: "x".repeat(10_000) } }));
    assert.equal((await client.bulkWrite(many)).insertedCount, 3000); // more than one command
  },

  async "cursors"(db) {
    const c = db.collection("cursors");
    await c.insertMany(Array.from({ length: 2500 }, (_, i) => ({ _id: i, n: i % 10 })));
    let sum = 0;
    for await (const doc of c.find({ n: { $lt: 5 } }, { batchSize: 77 })) sum += doc.n;
    assert.equal(sum, 2500);
    const cursor = c.find({}, { batchSize: 10 });
    await cursor.next();
    await cursor.close();
    const groups = await c.aggregate([{ $match: { n: { $gte: 8 } } }, { $group: { _id: "$n", count: { $sum: 1 } } }, { $sort: { _id: 1 } }]).toArray();
    assert.deepEqual(groups, [{ _id: 8, count: 250 }, { _id: 9, count: 250 }]);
    assert.deepEqual(await c.distinct("n", { _id: { $lt: 3 } }), [0, 1, 2]);
    assert.equal(await c.countDocuments({ n: 3 }), 250);
    assert.equal(await c.estimatedDocumentCount(), 2500);
  },

  async "indexes and explain"(db) {
    const c = db.collection("indexes");
    await c.insertMany(Array.from({ length: 200 }, (_, i) => ({ n: i, k: `k${i}` })));
    assert.deepEqual(await c.createIndexes([{ key: { n: 1, k: -1 }, name: "both" }, { key: { k: 1 }, unique: true }]), ["both", "k_1"]);
    assert.deepEqual((await c.indexes()).map((i) => i.name), ["_id_", "both", "k_1"]);
    const plan = await c.find({ n: { $gte: 190 } }).sort({ n: 1 }).explain("executionStats");
    assert.equal(plan.queryPlanner.winningPlan.inputStage.indexName, "both");
    assert.equal(plan.executionStats.totalDocsExamined, 10);
    await assert.rejects(c.insertOne({ k: "k7" }), { code: 11000 });
    await c.dropIndex("both");
    assert.equal((await c.indexes()).length, 2);
  },

  async "GridFS"(db) {
    const bucket = new GridFSBucket(db, { chunkSizeBytes: 1 << 16 });
    const data = randomBytes(700_000);
    const up = bucket.openUploadStream("picture");
    await pipeline(Readable.from([data]), up);
    const parts = [];
    for await (const part of bucket.openDownloadStreamByName("picture")) parts.push(part);
    assert.ok(Buffer.concat(parts).equals(data));
    await bucket.delete(up.id);
    assert.equal(await db.collection("fs.chunks").countDocuments(), 0);
  },

  async "sessions"(db, client) {
    await client.withSession(async (session) => {
      const c = db.collection("sessions");
      await c.insertOne({ _id: 1 }, { session });
      assert.deepEqual(await c.findOne({ _id: 1 }, { session }), { _id: 1 });
    });
  },
};

async function run(name, options, step) {
  const client = await MongoClient.connect(uri, options);
  try {
    const db = client.db("node");
    await step(db, client);
    await db.dropDatabase();
    console.log("ok", name);
  } finally {
    await client.close();
  }
}

// retry increments while every so-many-th answer is lost with its connection: a retryable write happens once nevertheless.
async function retry(db) {
  const client = await MongoClient.connect(lossy);
  let sure = 0;
  let unsure = 0;
  for (let i = 0; i < 150; i++) {
    await client.db("node").collection("counters").updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true }).then(() => sure++, () => unsure++);
  }
  await client.close(true);
  const { n } = await db.collection("counters").findOne({ _id: 1 });
  assert.ok(n >= sure && n <= sure + unsure, `${n} after ${sure} and perhaps ${unsure}`);
  assert.ok(sure > 100, `only ${sure} of 150 succeeded`);
}

for (const [name, step] of Object.entries(steps)) {
  await run(name, {}, step);
  await run(`${name}, compressed`, { compressors: ["zlib"] }, step);
}
await run("retryable writes", {}, retry);
