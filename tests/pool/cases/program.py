# SPDX-License-Identifier: Apache-2.0
"""A fake as a process of its own, and requests to it."""

import http.client
import json
import os
import subprocess
import sys
import unittest

from cases.client import POOL_DIR, running_pool


class Program:
    """One of the programs beside cognito-pool, with its own log."""

    def __init__(self, name, seed, *options):
        directory = running_pool().directory
        self.log_path = os.path.join(directory, f"{name}.jsonl")
        path = os.path.join(directory, f"{name}.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(seed, file)
        self.process = subprocess.Popen(
            [os.path.join(POOL_DIR, name),
             "--cert", os.path.join(directory, "server.pem"),
             "--key", os.path.join(directory, "server.key"),
             "--seed", path, "--log", self.log_path, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        assert words[:1] == ["ready"], self.process.stderr.read()
        self.urls = dict(word.split("=", 1) if "=" in word else ("", word)
                         for word in words[1:])

    def end(self):
        self.process.terminate()
        # A mistake of the program's own.
        sys.stderr.write(self.process.communicate()[1])


class ProgramCase(unittest.TestCase):
    """Tests of one program; each brings its own settings."""

    maxDiff = None
    program = ""
    options = ()
    seed = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Program(cls.program, cls.seed, *cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    def setUp(self):
        self.control("reload", seed=self.seed)
        self.log_start = os.path.getsize(self.server.log_path)

    def connect(self, service=""):
        url = self.server.urls[service]
        scheme, _, place = url.partition("://")
        if scheme == "http":
            return http.client.HTTPConnection(place, timeout=20)
        return http.client.HTTPSConnection(
            place, timeout=20, context=running_pool().tls)

    def ask(self, service, method, path, body=None, headers=None):
        """One request on a connection of its own: response, body."""
        connection = self.connect(service)
        try:
            connection.request(method, path, body, headers or {})
            with connection.getresponse() as response:
                return response, response.read()
        finally:
            connection.close()

    def control(self, do, **members):
        service = next(iter(self.server.urls))
        response, body = self.ask(
            service, "POST", "/_control",
            json.dumps({"do": do, **members}), {"X-Test-Control": "1"})
        self.assertEqual(response.status, 200, body)
        return json.loads(body)

    def log_lines(self, operation=None):
        with open(self.server.log_path, encoding="utf-8") as file:
            file.seek(self.log_start)
            lines = [json.loads(line) for line in file]
        return [line for line in lines
                if operation in (None, line["operation"])]
