// Writes and finds a document by a connection string whose names one server of DNS knows.
// Arguments: HOST:PORT of that server, the string, a user and a password.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import path from 'node:path';

const { MongoClient } = createRequire(path.resolve(import.meta.dirname, '../node/package.json'))('mongodb');
const [server, uri, username, password] = process.argv.slice(2);
dns.setServers([server]);

// The system's resolver, which sockets ask, knows nothing of that server.
const lookup = (host, options, done) =>
  dns.resolve4(host, (err, found) => (err ? done(err) : options.all ? done(null, found.map((address) => ({ address, family: 4 }))) : done(null, found[0], 4)));

const client = new MongoClient(uri, { auth: { username, password }, lookup, serverSelectionTimeoutMS: 5000 });
try {
  const orders = client.db('shop').collection('orders');
  const { insertedId } = await orders.insertOne({ by: uri });
  console.log('found', await orders.countDocuments({ _id: insertedId }));
} finally {
  await client.close();
}
