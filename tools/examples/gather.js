#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Finds two thermometers and prints what both measure, at once. blehubctl speaks D-Bus for us; blehubd reconnects them.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');

const children = new Set();

function run(args, onLine, onEnd) {
  const child = spawn('blehubctl', ['--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  readline.createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line))).on('close', onEnd);
  child.on('error', (error) => console.error(`blehubctl: ${error.message}`));
  child.on('exit', () => children.delete(child));
}

function follow(address) {
  const measured = ({ Value }) => {
    const degrees = Buffer.from(Value, 'hex').readInt16LE() / 100;
    console.log(address, degrees.toFixed(2), 'degrees');
  };
  run(['subscribe', '--reconnect', address, '181a', '2a6e'], measured, () => setTimeout(follow, 1000, address));
}

function find() {
  const found = [];
  run(['discover', '--uuid=181a', '--count=2'], (row) => found.push(row.Address), () => {
    if (found.length === 2) found.forEach(follow);
    else setTimeout(find, 1000);
  });
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => { children.forEach((child) => child.kill(signal)); process.exit(); });
}
find();
