// Loads a directory as mongodump lays it out into a cluster: load.mjs URI USER PASSWORD DIRECTORY.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BSON, MongoClient } from 'mongodb'

const [uri, username, password, root] = process.argv.slice(2)
const asStored = { promoteValues: false, promoteLongs: false, bsonRegExp: true }

// documents yields the documents of a file, which has one after another.
function * documents (file) {
  for (let at = 0; at < file.length;) {
    const size = file.readInt32LE(at)
    yield BSON.deserialize(file.subarray(at, at + size), asStored)
    at += size
  }
}

const client = await new MongoClient(uri, { auth: { username, password }, authSource: 'admin' }).connect()
let loaded = 0
for (const db of readdirSync(root)) {
  for (const name of readdirSync(join(root, db)).filter(name => name.endsWith('.bson'))) {
    const about = BSON.EJSON.parse(readFileSync(join(root, db, name.replace(/bson$/, 'metadata.json')), 'utf8'))
    const collection = await client.db(db).createCollection(about.collectionName, about.options)
    let batch = []
    const write = async () => {
      if (batch.length > 0) await collection.insertMany(batch)
      loaded += batch.length
      batch = []
    }
    for (const document of documents(readFileSync(join(root, db, name)))) {
      if (batch.push(document) === 1000) await write()
    }
    await write()
    const indexes = about.indexes.filter(index => index.name !== '_id_')
    if (indexes.length > 0) await client.db(db).command({ createIndexes: about.collectionName, indexes })
  }
}
await client.close()
console.log(`loaded ${loaded} documents`)
