#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Prints every report. Node itself speaks no D-Bus, so blehubctl makes the calls, reads the stream and hands on a JSON
// object a line. It ends with us: its scan goes with its connection, and it with its pipe.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');

const scan = spawn('blehubctl', ['scan', '--json', '--duration=0', '--rssi=-90'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

readline.createInterface({ input: scan.stdout, crlfDelay: Infinity }).on('line', (line) => {
  const report = JSON.parse(line);
  if (report.Summary) return; // the last line
  console.log(report.Address, report.RSSI ?? '?', 'dBm', report.Name ?? '');
});

scan.on('error', (error) => {
  console.error(`blehubctl: ${error.message}`);
  process.exitCode = 1;
});
scan.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
process.on('SIGINT', () => scan.kill('SIGINT'));
process.on('SIGTERM', () => scan.kill('SIGTERM'));
