#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Says when the things named (identities or aliases; none: everything) come, go, or are nearer or farther than before.
// Node itself speaks no D-Bus, so blehubctl makes the calls and hands on a JSON object a line.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');

const watch = spawn('blehubctl', ['watch', '--json', '--changes', ...process.argv.slice(2)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

readline.createInterface({ input: watch.stdout, crlfDelay: Infinity }).on('line', (line) => {
  const change = JSON.parse(line);
  const distance = change.DistanceM === undefined ? '' : `${change.DistanceM.toFixed(1)} m`;
  console.log(change.From, '->', change.Zone, change.Alias ?? change.Id, distance);
});

watch.on('error', (error) => {
  console.error(`blehubctl: ${error.message}`);
  process.exitCode = 1;
});
watch.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
process.on('SIGINT', () => watch.kill('SIGINT'));
process.on('SIGTERM', () => watch.kill('SIGTERM'));
