#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Finds a heart-rate sensor and prints what it measures. blehubctl speaks D-Bus for us and hands on a JSON object a
// line; blehubd reconnects the device, and we begin anew when blehubctl ends because blehubd was restarted.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');

let child = null;

function run(args, onLine, onEnd) {
  child = spawn('blehubctl', ['--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  readline.createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line))).on('close', onEnd);
  child.on('error', (error) => console.error(`blehubctl: ${error.message}`));
}

function find() {
  let address = null;
  run(['discover', '--uuid=180d', '--count=1'], (row) => { address = row.Address; }, () => {
    if (address) follow(address);
    else setTimeout(find, 1000);
  });
}

function follow(address) {
  const measured = (value) => console.log(address, Buffer.from(value.Value, 'hex')[1], 'bpm');
  run(['subscribe', '--reconnect', address, '180d', '2a37'], measured, () => setTimeout(find, 1000));
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { child.kill(signal); process.exit(); });
find();
