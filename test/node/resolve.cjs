// Has a program of Node.js ask one server of DNS, TELAMON_DNS, as a machine does that is pointed there.
const dns = require('node:dns');

dns.setServers([process.env.TELAMON_DNS]);
const lookup = dns.lookup;
dns.lookup = (host, options, done) => {
  if (typeof options === 'function') [options, done] = [{}, options];
  if (!host.endsWith('.telamon.internal')) return lookup(host, options, done);
  dns.resolve4(host, (err, found) => {
    if (err) done(err);
    else if (options.all) done(null, found.map((address) => ({ address, family: 4 })));
    else done(null, found[0], 4);
  });
};
