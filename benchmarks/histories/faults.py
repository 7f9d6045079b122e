#!/usr/bin/env python3
"""Breaks and mends a lab of six nodes for a while: c clocks, p partitions, d kills and pauses, r changes of the layout. Used by run.sh."""
import argparse, pathlib, random, subprocess, sys, time

NODES = [1, 2, 3, 4, 5, 6]


class Faults:
    def __init__(self, given):
        self.given, self.chance = given, random.Random(given.seed)
        self.out = set()

    def sh(self, *words):
        """A function of cluster.sh."""
        done = subprocess.run([self.given.control, *map(str, words)], capture_output=True, text=True)
        if done.returncode:
            print(f"  {' '.join(map(str, words))}: {done.stderr.strip()[-300:]}", file=sys.stderr, flush=True)
        return done.returncode == 0

    def say(self, what):
        if self.given.verbose:
            print(f"  {time.time() - self.begin:5.1f} {what}", file=sys.stderr, flush=True)

    def p(self):
        kind = self.chance.randrange(4)
        mixed = self.chance.sample(NODES, 6)
        if kind == 0:
            a, b = mixed[:3], mixed[3:]
        elif kind == 1:
            a, b = mixed[:1], mixed[1:]
        elif kind == 2:
            site = self.chance.randrange(3)
            a = [2 * site + 1, 2 * site + 2]
            b = [n for n in NODES if n not in a]
        else:
            a, b = mixed[:2], mixed[2:]
        verb = self.chance.choice(["partition", "oneway"])
        self.say(f"{verb} {a} {b}")
        self.sh("lab", verb, ",".join(f"n{n}" for n in a), ",".join(f"n{n}" for n in b))
        time.sleep(self.chance.uniform(2, 8))
        self.sh("lab", "heal")
        self.say("heal")

    def d(self):
        victims = self.chance.sample(NODES, self.chance.choice([1, 1, 2]))
        how = self.chance.choice(["kill", "pause"])
        self.say(f"{how} {victims}")
        for n in victims:
            self.sh("signal", n, "KILL" if how == "kill" else "STOP")
        time.sleep(self.chance.uniform(1, 6))
        for n in victims:
            self.sh("start_node", n) if how == "kill" else self.sh("signal", n, "CONT")
        self.say(f"{victims} are back")

    def c(self):
        n = self.chance.choice(NODES)
        offset = self.chance.choice([-1, 1]) * self.chance.uniform(0.1, 1) * self.chance.choice([1, 40])
        self.say(f"clock of {n} {offset:+.1f}")
        self.sh("set_clock", n, f"{offset:+.3f}")
        time.sleep(self.chance.uniform(1, 5))

    def r(self):
        """One node leaves the layout or comes back to it; another node says so."""
        n = self.chance.choice(sorted(self.out) if len(self.out) > 1 else NODES)
        at = self.chance.choice([m for m in NODES if m != n])
        self.say(f"layout: {n} {'in' if n in self.out else 'out'}, at {at}")
        if self.sh("change_layout", at, n, "in" if n in self.out else "out"):
            self.out ^= {n}
        time.sleep(self.chance.uniform(2, 8))

    def run(self):
        self.begin = time.time()
        while time.time() - self.begin < self.given.seconds:
            getattr(self, self.chance.choice(self.given.scenario))()
        self.sh("lab", "heal")
        for n in NODES:
            self.sh("signal", n, "CONT")
        for n in sorted(self.out):
            until = time.time() + 60
            while not self.sh("change_layout", next(m for m in NODES if m not in self.out), n, "in") and time.time() < until:
                time.sleep(1)


options = argparse.ArgumentParser()
options.add_argument("control")
options.add_argument("scenario")
options.add_argument("--seconds", type=float, default=60)
options.add_argument("--seed", type=int, default=None)
options.add_argument("--verbose", action="store_true")
Faults(options.parse_args()).run()
