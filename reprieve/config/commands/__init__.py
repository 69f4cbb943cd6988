"""One file per command of `reprieve`.

A command module has HELP (one line), `arguments(parser)` and `run(args)`. `run` returns the value
that `--json` prints; `text(value)` may turn it into words for people. A command that needs the
clinic's database sets NEEDS_DATABASE = True, and Django is started before `run`.
"""
