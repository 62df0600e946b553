"""The sample world: a seeded synthetic 2019 to early 2026, served on a loopback port as the upstreams would.

Here belongs what the world is and how each upstream would say it. What does not belong here: anything of ours
that reads, stores or judges those replies. This package shares no code with the clients, the declarations or
the store, so that it can contradict them. Start it with `server.serve`; `wire/` holds the formats.
"""
