#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A hub that mostly sleeps: it wakes the radio, reads the battery of a strap, lets phones read that for a while, and votes
// for the radio to be off. usage: duty.js ADDRESS [AWAKE_S ASLEEP_S]. blehubctl speaks D-Bus for us.
'use strict';

const { execFile, spawn } = require('child_process');
const path = require('path');
const { promisify } = require('util');

const [address, awake = '5', asleep = '60'] = process.argv.slice(2);
const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, Number(seconds) * 1000); });
const file = path.join(__dirname, 'duty.conf');
const serve = spawn('blehubctl', ['serve', file, '--keep', '--set=-'], { stdio: ['pipe', 'ignore', 'inherit'] });

async function ctl(...words) {
  const { stdout } = await promisify(execFile)('blehubctl', ['--json', ...words]);
  return stdout ? JSON.parse(stdout) : {};
}

async function cycle() {
  let level = 0;
  await ctl('radio', 'on');
  try {
    level = (await ctl('read', address, '180f', '2a19', '--as=u8')).Decoded;
    serve.stdin.write(`180f/2a19=u8:${level}\n`);
  } catch (error) {
    console.error(error.stderr ?? error.message);
  }
  await pause(awake);
  const { Off } = await ctl('radio', 'off');
  console.log(`${level} %, radio ${Off ? 'off' : 'on'}`);
  await pause(asleep);
}

function stop(code) {
  serve.kill('SIGTERM');
  process.exit(code);
}

serve.on('error', (error) => console.error(`blehubctl: ${error.message}`));
serve.on('exit', (code) => stop(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));
(async () => { for (;;) await cycle(); })().catch((error) => { console.error(error.message); stop(1); });
