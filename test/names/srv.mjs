// Writes a document with one client, and finds it on a secondary with another.
// Arguments: the connection string, a user and a password.
import { createRequire } from 'node:module';
import path from 'node:path';

const { MongoClient } = createRequire(path.resolve(import.meta.dirname, '../node/package.json'))('mongodb');
const [uri, username, password] = process.argv.slice(2);
const options = { auth: { username, password }, serverSelectionTimeoutMS: 10000 };
const [writer, reader] = [new MongoClient(uri, options), new MongoClient(uri, { ...options, readPreference: 'secondary' })];
try {
  const { insertedId } = await writer.db('shop').collection('orders').insertOne({ by: uri }, { writeConcern: { w: 'majority' } });
  console.log('found', await reader.db('shop').collection('orders').countDocuments({ _id: insertedId }));
} finally {
  await Promise.all([writer.close(), reader.close()]);
}
