// node THIS CLIENT SCENARIO JSON: run one scenario of one client, print its facts as one JSON line.
'use strict';

const [client, scenario, given] = process.argv.slice(2);
const scenarios = require(`./${client}.cjs`);

scenarios[scenario](JSON.parse(given)).then(
  (facts) => {
    process.stdout.write(JSON.stringify(facts) + '\n', () => process.exit(0));
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`, () => process.exit(1));
  },
);
