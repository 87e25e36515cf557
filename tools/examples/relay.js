#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Serves the heart rate of a strap to phones: reads and is read at once. Its argument is the strap's address. One
// blehubctl reads, another serves relay.conf and takes values as lines on its input.
'use strict';

const { spawn } = require('child_process');
const path = require('path');
const readline = require('readline');

const file = path.join(__dirname, 'relay.conf');
const serve = spawn('blehubctl', ['serve', file, '--set=-'], { stdio: ['pipe', 'ignore', 'inherit'] });
const strap = spawn('blehubctl', ['--json', 'subscribe', '--reconnect', process.argv[2], '180d', '2a37'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

readline.createInterface({ input: strap.stdout }).on('line', (line) => {
  const { Value } = JSON.parse(line);
  serve.stdin.write(`180d/2a37=${Value}\n`);
  console.log(Buffer.from(Value, 'hex')[1], 'bpm');
});

function stop(code) {
  for (const child of [serve, strap]) child.kill('SIGTERM');
  process.exit(code);
}

for (const child of [serve, strap]) {
  child.on('error', (error) => console.error(`blehubctl: ${error.message}`));
  child.on('exit', (code) => stop(code ?? 1));
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));
