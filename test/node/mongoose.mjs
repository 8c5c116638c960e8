// What an application does with Mongoose, an object mapper, as assertions. The argument is the cluster's URI.
import assert from "node:assert/strict";
import mongoose from "mongoose";

const { Schema } = mongoose;

const author = new Schema({ name: { type: String, required: true, unique: true }, born: Date, tags: [String] }, { timestamps: true });
const book = new Schema({
  title: { type: String, required: true, index: true },
  author: { type: Schema.Types.ObjectId, ref: "Author" },
  price: { type: Schema.Types.Decimal128 },
  pages: { type: Number, min: 1 },
  chapters: [{ title: String, length: Number }],
  meta: { type: Map, of: String },
});
book.virtual("long").get(function () { return this.pages > 500; });
book.index({ author: 1, pages: -1 });
const animal = new Schema({ name: String }, { discriminatorKey: "kind" });

await mongoose.connect(process.argv[2], { dbName: "mongoose" });
const Author = mongoose.model("Author", author);
const Book = mongoose.model("Book", book);
const Animal = mongoose.model("Animal", animal);
const Cat = Animal.discriminator("Cat", new Schema({ lives: { type: Number, default: 9 } }));

const steps = {
  async "collections and indexes"() {
    await Promise.all([Author.createCollection(), Author.init(), Book.init(), Animal.init()]);
    const names = (await Book.listIndexes()).map((ix) => ix.name).sort();
    assert.deepEqual(names, ["_id_", "author_1_pages_-1", "title_1"]);
    assert.deepEqual(await Book.diffIndexes(), { toDrop: [], toCreate: [] });
    await Book.collection.createIndex({ extra: 1 });
    assert.deepEqual(await Book.syncIndexes(), ["extra_1"]);
  },

  async "documents, validation and duplicates"() {
    const ann = await Author.create({ name: "Ann", born: new Date(0), tags: ["a", "b"] });
    assert.ok(ann.createdAt instanceof Date && ann.__v === 0);
    await assert.rejects(Author.create({ name: "Ann" }), (e) => e.code === 11000 && e.keyPattern.name === 1 && e.keyValue.name === "Ann");
    await assert.rejects(Author.create({}), (e) => e.name === "ValidationError");
    await Author.insertMany([{ name: "Bob" }, { name: "Cid", tags: ["c"] }]);
    assert.equal(await Author.countDocuments({ tags: { $exists: true, $ne: [] } }), 2);
    assert.deepEqual(await Author.distinct("name"), ["Ann", "Bob", "Cid"]);
  },

  async "saving sends what has changed"() {
    const ann = await Author.findOne({ name: "Ann" });
    ann.tags.push("c");
    await ann.save();
    const stale = await Author.findById(ann._id);
    ann.tags.set(0, "z");
    await ann.save();
    ann.tags.pull("b");
    await ann.save();
    stale.tags.set(1, "y");
    await assert.rejects(stale.save(), (e) => e.name === "VersionError");
    assert.deepEqual([...(await Author.findById(ann._id)).tags], ["z", "c"]);
  },

  async "population by references, and by $lookup"() {
    const [ann, bob] = await Author.find().sort("name").limit(2);
    await Book.create([
      { title: "One", author: ann, price: "12.50", pages: 600, chapters: [{ title: "i", length: 1 }, { title: "ii", length: 2 }], meta: { isbn: "1" } },
      { title: "Two", author: ann, price: "7.25", pages: 100 },
      { title: "Three", author: bob, price: "3", pages: 300 },
    ]);
    const one = await Book.findOne({ title: "One" }).populate("author", "name");
    assert.deepEqual([one.author.name, one.long, one.meta.get("isbn"), one.price.toString()], ["Ann", true, "1", "12.50"]);
    const joined = await Author.aggregate([
      { $match: { name: { $in: ["Ann", "Bob"] } } },
      { $lookup: { from: "books", localField: "_id", foreignField: "author", as: "books", pipeline: [{ $sort: { pages: 1 } }] } },
      { $project: { name: 1, titles: "$books.title", pages: { $sum: "$books.pages" } } },
      { $sort: { name: 1 } },
    ]);
    assert.deepEqual(joined.map((a) => [a.name, a.titles, a.pages]), [["Ann", ["Two", "One"], 700], ["Bob", ["Three"], 300]]);
  },

  async "queries and updates"() {
    assert.equal((await Book.find({ pages: { $gt: 50 } }).where("title").ne("Two").sort({ pages: -1 }).lean()).length, 2);
    const changed = await Book.findOneAndUpdate({ "chapters.title": "ii" }, { $set: { "chapters.$.length": 5 } }, { new: true });
    assert.equal(changed.chapters[1].length, 5);
    const all = await Book.updateMany({}, { $inc: { "chapters.$[c].length": 1 } }, { arrayFilters: [{ "c.length": { $gt: 0 } }] });
    assert.deepEqual([all.matchedCount, all.modifiedCount], [3, 1]);
    const upserted = await Book.updateOne({ title: "Four" }, { pages: 4 }, { upsert: true });
    assert.equal(upserted.upsertedCount, 1);
    const bulk = await Book.bulkWrite([
      { insertOne: { document: { title: "Five", pages: 5 } } },
      { updateOne: { filter: { title: "Four" }, update: { pages: 44 } } },
      { deleteOne: { filter: { title: "Three" } } },
    ]);
    assert.deepEqual([bulk.insertedCount, bulk.modifiedCount, bulk.deletedCount], [1, 1, 1]);
    assert.equal(await Book.exists({ title: "Three" }), null);
    assert.equal((await Book.findOneAndDelete({ title: "Five" })).pages, 5);
  },

  async "a cursor reads on"() {
    await Book.insertMany([...Array(250).keys()].map((i) => ({ title: `n${i}`, pages: i + 1 })));
    let n = 0;
    for await (const doc of Book.find({ title: /^n\d/ }).batchSize(50).cursor()) n += doc.pages;
    assert.equal(n, (250 * 251) / 2);
    assert.equal((await Book.find({ title: /^n/ }).explain("queryPlanner")).queryPlanner.winningPlan.inputStage.indexName, "title_1");
  },

  async "discriminators"() {
    await Cat.create({ name: "Tom" });
    await Animal.create({ name: "Rex" });
    assert.deepEqual([await Cat.countDocuments(), await Animal.countDocuments()], [1, 2]);
    const tom = await Animal.findOne({ name: "Tom" });
    assert.ok(tom instanceof Cat && tom.lives === 9);
  },

  async "sessions without a transaction"() {
    const session = await mongoose.startSession();
    await Author.create([{ name: "Dan" }], { session });
    assert.ok(await Author.findOne({ name: "Dan" }).session(session));
    await session.endSession();
  },

  async "transactions are refused"() {
    const session = await mongoose.startSession();
    await assert.rejects(session.withTransaction(() => Author.create([{ name: "Eve" }], { session })), (e) => e.code === 263);
    await session.endSession();
    assert.equal(await Author.countDocuments({ name: "Eve" }), 0);
  },

  async "change streams are refused"() {
    const stream = Author.watch();
    const error = await new Promise((done) => { stream.on("error", done); });
    assert.ok(error.code > 0, error.message);
    await stream.close();
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step().then(() => console.log("ok", name), (e) => console.log("FAILED", name, e));
}
await mongoose.disconnect();
