// Answers cases with mingo, which has MongoDB's query language in JavaScript. The arguments are the folders of mingo and
// of bson; the cases come in on stdin and the answers go out on stdout, both as arrays of extended JSON.
const mingo = require(process.argv[2]);
const { EJSON } = require(process.argv[3]);

const kinds = {
  match: c => new mingo.Query(c.query).test(c.doc),
  sort: c => mingo.find(c.docs, {}).sort(c.sort).all().map(d => d._id),
  project: c => mingo.find([c.doc], {}, c.projection).all()[0],
  expression: c => {
    const { is } = new mingo.Aggregator([{ $project: { _id: 0, is: c.expression } }]).run([c.doc])[0];
    return is === undefined ? { missing: true } : is;
  },
  pipeline: c => new mingo.Aggregator(c.pipeline).run(c.docs),
  update: c => { mingo.updateOne([c.doc], {}, c.update, { arrayFilters: c.filters }); return c.doc; },
  flow: c => c.update.reduce((doc, stage) => new mingo.Aggregator([stage]).run([EJSON.parse(EJSON.stringify(doc))])[0], c.doc),
};

const cases = EJSON.parse(require("fs").readFileSync(0, "utf8")).cases;
const answers = cases.map(c => {
  try { return JSON.parse(EJSON.stringify({ is: kinds[c.kind](c) })) } catch (e) { return { error: String(e.message) } }
});
process.stdout.write(JSON.stringify({ answers }));
